package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Gathers the commit's run in a byte array and writes it through a {@code RandomAccessFile}, which
 * an interrupt does not close. Thread safety: writer only.
 */
final class RandomAccessPageStore implements PageStore {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final MemorySegment entry;
    private final RandomAccessFile target;
    private final byte[] run = new byte[PAGE_BYTES * TreeModel.LEVELS];

    RandomAccessPageStore(MemorySegment file, MemorySegment entry, RandomAccessFile target) {
        this.file = file;
        this.entry = entry;
        this.target = target;
    }

    @Override
    public void copyPage(int level, long oldPage, long newPage, long txn, int entryOffset) {
        int offset = level * PAGE_BYTES;
        long source = oldPage * PAGE_BYTES;
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, source, run, offset, PAGE_BYTES);
        LONGS.set(run, offset + 8, newPage);
        LONGS.set(run, offset + 16, txn);
        int entryBytes = (int) entry.byteSize();
        MemorySegment.copy(entry, ValueLayout.JAVA_BYTE, 0, run, offset + entryOffset, entryBytes);
    }

    @Override
    public void complete(long firstPage) throws IOException {
        target.seek(firstPage * PAGE_BYTES);
        target.write(run);
    }
}
