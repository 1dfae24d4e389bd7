package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Gathers the commit's run in native memory and writes it with one {@code FileChannel.write}.
 * Thread safety: writer only.
 */
final class ChannelPageStore implements PageStore {
    private final MemorySegment file;
    private final MemorySegment entry;
    private final FileChannel channel;
    private final MemorySegment run;
    private final ByteBuffer runBuffer;

    ChannelPageStore(MemorySegment file, MemorySegment entry, FileChannel channel, Arena arena) {
        this.file = file;
        this.entry = entry;
        this.channel = channel;
        run = arena.allocate((long) PAGE_BYTES * TreeModel.LEVELS, PAGE_BYTES);
        runBuffer = run.asByteBuffer();
    }

    @Override
    public void copyPage(int level, long oldPage, long newPage, long txn, int entryOffset) {
        long target = (long) level * PAGE_BYTES;
        MemorySegment.copy(file, oldPage * PAGE_BYTES, run, target, PAGE_BYTES);
        run.set(ValueLayout.JAVA_LONG_UNALIGNED, target + 8, newPage);
        run.set(ValueLayout.JAVA_LONG_UNALIGNED, target + 16, txn);
        MemorySegment.copy(entry, 0, run, target + entryOffset, entry.byteSize());
    }

    @Override
    public void complete(long firstPage) throws IOException {
        runBuffer.clear();
        channel.write(runBuffer, firstPage * PAGE_BYTES);
    }
}
