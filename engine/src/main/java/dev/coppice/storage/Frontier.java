package dev.coppice.storage;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.UUID;

/**
 * How far the data file was physically written: two words of the live file, which all processes
 * share. What a file has behind it may be a hole, of a growth that is running or of a process that
 * was killed while it mapped ahead.
 *
 * <p>Thread safety: {@link #bytes} any thread; the rest whoever opens the store alone, or may
 * change the length of the file.
 */
final class Frontier {
    private static final long OFFSET = 256;

    /** Of which file, and in which boot. */
    private static final long OF_OFFSET = OFFSET + Long.BYTES;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final StorePath path;
    private final LiveMemory live;
    private final UUID bootId;
    private Machine.FileKey file = Machine.FileKey.UNKNOWN;

    Frontier(StorePath path, LiveMemory live, UUID bootId) {
        this.path = path;
        this.live = live;
        this.bootId = bootId;
    }

    /** {@return bytes that were written, as somebody who has the store open has told} */
    long bytes() {
        return word(OFFSET);
    }

    /**
     * {@return the length of the file, or what whoever had it open before has told to be written of
     * it, if that is less}
     */
    long bytesOf(long length) {
        boolean isTold = bytes() > 0 && word(OF_OFFSET) == stamp();
        return isTold ? Math.min(length, bytes()) : length;
    }

    /** Tells how far the file was written. */
    void tell(long bytes) {
        long stamp = stamp();
        if (word(OF_OFFSET) != stamp) {
            WORD.setVolatile(live.chunk(0), OFFSET, 0);
            WORD.setVolatile(live.chunk(0), OF_OFFSET, stamp);
        }
        WORD.setVolatile(live.chunk(0), OFFSET, bytes);
    }

    private long word(long offset) {
        return (long) WORD.getVolatile(live.chunk(0), offset);
    }

    private long stamp() {
        if (file.equals(Machine.FileKey.UNKNOWN)) {
            try {
                file = Machine.fileKey(path.data());
            } catch (IOException e) {
                // Then it is the stamp of no file, which nobody finds again.
                file = Machine.FileKey.UNKNOWN;
            }
        }
        long boot =
                bootId.getMostSignificantBits()
                        ^ Long.rotateLeft(bootId.getLeastSignificantBits(), 1);
        return boot ^ Long.rotateLeft(file.device(), 17) ^ Long.rotateLeft(file.inode(), 33);
    }
}
