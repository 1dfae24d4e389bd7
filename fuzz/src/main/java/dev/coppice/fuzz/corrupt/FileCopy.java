package dev.coppice.fuzz.corrupt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The bytes of a store's files, to be damaged. What a file gets beyond its bytes is a hole.
 *
 * <p>Thread safety: one thread.
 */
final class FileCopy {
    private byte[] data;
    private final byte[] live;
    private long dataBytes;
    private long liveBytes;

    private FileCopy(byte[] data, byte[] live) {
        this.data = data;
        this.live = live;
        this.dataBytes = data.length;
        this.liveBytes = live.length;
    }

    static FileCopy of(Specimen specimen) {
        return new FileCopy(
                specimen.data().toArray(ValueLayout.JAVA_BYTE),
                specimen.live().toArray(ValueLayout.JAVA_BYTE));
    }

    /** {@return a data file of these bytes, with no live file} */
    static FileCopy of(byte[] data) {
        return new FileCopy(data, new byte[0]);
    }

    MemorySegment data() {
        return MemorySegment.ofArray(data);
    }

    MemorySegment live() {
        return MemorySegment.ofArray(live);
    }

    /** {@return how long the data file is to be} */
    long dataBytes() {
        return dataBytes;
    }

    /** {@return how long the live file is to be} */
    long liveBytes() {
        return liveBytes;
    }

    void dataBytes(long bytes) {
        dataBytes = bytes;
    }

    void liveBytes(long bytes) {
        liveBytes = bytes;
    }

    /** Puts bytes behind the end of the data file. */
    void append(byte[] tail) {
        byte[] longer = new byte[data.length + tail.length];
        System.arraycopy(data, 0, longer, 0, data.length);
        System.arraycopy(tail, 0, longer, data.length, tail.length);
        data = longer;
        dataBytes = longer.length;
    }
}
