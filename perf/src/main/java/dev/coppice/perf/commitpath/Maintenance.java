package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.EXTENT_PAGES;
import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * The maintenance thread: keeps grants ahead of the writer, pre-faults them where asked, and makes
 * a checkpoint per interval. Thread safety: one thread; results are read after it has ended.
 */
final class Maintenance implements Runnable {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final int CRC_OFFSET = 0;
    private static final long DURABLE_SLOT_POSITION = PAGE_BYTES;

    /** What differs between the variants. */
    record Plan(
            long intervalNanos,
            boolean flushesRanges,
            boolean prefaults,
            boolean seals,
            int grantsAhead,
            int mergePages) {}

    final LatencyHistogram checkpointNanos = new LatencyHistogram();
    long storedPages;
    long reachablePages;
    long flushedRanges;
    long grantsMade;
    long grantedPages;

    private final Plan plan;
    private final TreeModel tree;
    private final CommitWriter writer;
    private final SpacePool pool;
    private final MemorySegment file;
    private final AsynchronousFileChannel channel;
    private final byte[] pageCopy = new byte[PAGE_BYTES];
    private final ByteBuffer durableSlot = ByteBuffer.allocateDirect(PAGE_BYTES);
    private final CRC32C crc = new CRC32C();
    private final BitSet ahead = new BitSet(); // extents granted and not captured
    private Capture spare = new Capture();
    private volatile boolean isMeasuring;

    Maintenance(
            Plan plan,
            TreeModel tree,
            CommitWriter writer,
            SpacePool pool,
            MemorySegment file,
            AsynchronousFileChannel channelOrNull) {
        this.plan = plan;
        this.tree = tree;
        this.writer = writer;
        this.pool = pool;
        this.file = file;
        this.channel = channelOrNull;
    }

    void startMeasuring() {
        isMeasuring = true;
    }

    @Override
    public void run() {
        long next = System.nanoTime() + plan.intervalNanos();
        while (!writer.isStopped()) {
            topUp();
            if (System.nanoTime() - next < 0 && !tree.queue.isEmpty()) {
                LockSupport.parkNanos(200_000);
                continue;
            }
            Capture capture = writer.captureWith(spare);
            if (capture != null) {
                checkpoint(capture);
                next = Math.max(next + plan.intervalNanos(), System.nanoTime());
            }
        }
    }

    private void checkpoint(Capture capture) {
        long start = System.nanoTime();
        int loosePages = capture.loose.size;
        for (Grant grant : capture.grants) {
            ahead.clear(grant.pages[0] / EXTENT_PAGES);
        }
        Arrays.sort(capture.stored.pages, 0, capture.stored.size);
        if (plan.seals()) {
            seal(capture.stored);
        }
        long ranges = flush(capture.stored);
        releaseAll(capture);
        if (isMeasuring) {
            checkpointNanos.record(System.nanoTime() - start);
            storedPages += capture.stored.size;
            reachablePages += capture.reachablePages(loosePages);
            flushedRanges += ranges;
        }
        capture.clear();
        spare = capture;
    }

    private void releaseAll(Capture capture) {
        for (int index = 0; index < capture.loose.size; index++) {
            pool.release(capture.loose.pages[index]);
        }
        for (int index = 0; index < capture.pending.size; index++) {
            pool.release(capture.pending.pages[index]);
        }
        capture.grants.forEach(pool::finish);
    }

    private void seal(Capture.PageList stored) {
        for (int index = 0; index < stored.size; index++) {
            long position = (long) stored.pages[index] * PAGE_BYTES;
            MemorySegment.copy(file, ValueLayout.JAVA_BYTE, position, pageCopy, 0, PAGE_BYTES);
            crc.reset();
            crc.update(pageCopy, Integer.BYTES, PAGE_BYTES - Integer.BYTES);
            file.set(ValueLayout.JAVA_INT, position + CRC_OFFSET, (int) crc.getValue());
            if (index % EXTENT_PAGES == 0) {
                topUp();
            }
        }
    }

    private long flush(Capture.PageList stored) {
        if (channel == null) {
            return 0;
        }
        try {
            long ranges = plan.flushesRanges() ? forceRanges(stored) : forceFile();
            channel.write(durableSlot.clear(), DURABLE_SLOT_POSITION).get();
            if (plan.flushesRanges()) {
                file.asSlice(DURABLE_SLOT_POSITION, PAGE_BYTES).force();
            } else {
                channel.force(false);
            }
            return ranges;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private long forceFile() throws IOException {
        channel.force(false);
        return 1;
    }

    /**
     * One flush per range of stored pages. Clean pages cost a flush nothing, so a range runs on
     * over them, up to the merge limit; it stops before an extent that the writer may be using.
     */
    private long forceRanges(Capture.PageList stored) {
        long ranges = 0;
        int index = 0;
        while (index < stored.size) {
            int first = stored.pages[index];
            int last = first;
            while (index < stored.size && continues(first, last, stored.pages[index])) {
                last = stored.pages[index++];
            }
            long bytes = (last - first + 1L) * PAGE_BYTES;
            file.asSlice((long) first * PAGE_BYTES, bytes).force();
            ranges++;
            topUp();
        }
        return ranges;
    }

    private boolean continues(int first, int last, int page) {
        int extent = page / EXTENT_PAGES;
        if (last / EXTENT_PAGES == extent) {
            return true;
        }
        int nextAhead = ahead.nextSetBit(last / EXTENT_PAGES);
        return page - first < plan.mergePages() && (nextAhead < 0 || nextAhead > extent);
    }

    private void topUp() {
        while (tree.queue.size() < plan.grantsAhead()) {
            Grant grant = pool.take();
            if (grant == null) {
                return;
            }
            if (plan.prefaults()) {
                prefault(grant);
            }
            if (isMeasuring) {
                grantsMade++;
                grantedPages += grant.pages.length;
            }
            ahead.set(grant.pages[0] / EXTENT_PAGES);
            tree.queue.add(grant);
        }
    }

    private void prefault(Grant grant) {
        for (int page : grant.pages) {
            long _ = (long) LONG.getAndAdd(file, (long) page * PAGE_BYTES, 0L);
        }
    }
}
