package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Stores pages through the writable mapping. Thread safety: writer only. */
final class MappedPageStore implements PageStore {
    private final MemorySegment file;
    private final MemorySegment entry;

    MappedPageStore(MemorySegment file, MemorySegment entry) {
        this.file = file;
        this.entry = entry;
    }

    @Override
    public void copyPage(int level, long oldPage, long newPage, long txn, int entryOffset) {
        long target = newPage * PAGE_BYTES;
        MemorySegment.copy(file, oldPage * PAGE_BYTES, file, target, PAGE_BYTES);
        file.set(ValueLayout.JAVA_LONG_UNALIGNED, target + 8, newPage);
        file.set(ValueLayout.JAVA_LONG_UNALIGNED, target + 16, txn);
        MemorySegment.copy(entry, 0, file, target + entryOffset, entry.byteSize());
    }

    @Override
    public void complete(long firstPage) {}
}
