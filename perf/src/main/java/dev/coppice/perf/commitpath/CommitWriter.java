package dev.coppice.perf.commitpath;

import static dev.coppice.perf.commitpath.ScratchFile.PAGE_BYTES;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * One NORMAL commit: descend, copy four pages, delivery point, publish a slot, account the space.
 * Thread safety: writer only, but for {@link #captureWith}, called by the maintenance thread.
 */
final class CommitWriter {
    private static final int HEADS_OFFSET = 64;
    private static final int HEAD_COUNT = 128;
    private static final int SLOT_BYTES = 64;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final TreeModel tree;
    private final PageStore store;
    private final MemorySegment file;
    private final MemorySegment slots;
    private final Object deliveryPoint = new Object();
    private volatile Capture wantedCapture;
    private volatile Capture servedCapture;
    private volatile boolean isStopped;
    private long txn;
    private long seed = 0x9E3779B97F4A7C15L;
    private long sink;
    private long grantWaits;

    CommitWriter(TreeModel tree, PageStore store, MemorySegment file, MemorySegment slots) {
        this.tree = tree;
        this.store = store;
        this.file = file;
        this.slots = slots;
    }

    /** Commits one put into a random leaf. */
    void commit() throws IOException {
        serveCapture();
        if (!tree.hasRoom()) {
            awaitGrant();
        }
        long key = nextRandom();
        tree.plan((int) Long.remainderUnsigned(key, tree.leafCount()));
        for (int level = TreeModel.LEVELS - 1; level >= 0; level--) {
            sink += search(tree.oldPages[level] * PAGE_BYTES, (int) key);
        }
        txn++;
        int entryOffset = 1024 + (int) ((key >>> 33) % 2900);
        for (int level = 0; level < TreeModel.LEVELS; level++) {
            store.copyPage(level, tree.oldPages[level], tree.newPages[level], txn, entryOffset);
        }
        store.complete(tree.newPages[0]);
        boolean isHeld = Thread.holdsLock(deliveryPoint);
        publish(tree.newPages[TreeModel.LEVELS - 1]);
        tree.apply();
        boolean isHeldAfter = Thread.holdsLock(deliveryPoint);
        if (isHeld || isHeldAfter) {
            throw new IllegalStateException("delivery point is locked");
        }
    }

    /**
     * Hands over the running generation at the writer's next commit. Maintenance thread only.
     *
     * @return null when the writer has stopped
     */
    Capture captureWith(Capture fresh) {
        servedCapture = null;
        wantedCapture = fresh;
        while (servedCapture == null && !isStopped) {
            LockSupport.parkNanos(20_000);
        }
        return servedCapture;
    }

    void stop() {
        isStopped = true;
    }

    boolean isStopped() {
        return isStopped;
    }

    /** {@return how often a commit had to wait for free pages} */
    long grantWaits() {
        return grantWaits;
    }

    long result() {
        return sink;
    }

    /** Only a checkpoint brings space now, so captures are served while waiting. */
    private void awaitGrant() {
        grantWaits++;
        while (!tree.hasRoom()) {
            serveCapture();
            Thread.onSpinWait();
        }
    }

    private void serveCapture() {
        Capture fresh = wantedCapture;
        if (fresh != null) {
            wantedCapture = null;
            servedCapture = tree.capture(fresh);
        }
    }

    private void publish(long rootPage) {
        long slot = (txn & 1) * SLOT_BYTES;
        slots.set(ValueLayout.JAVA_LONG, slot + 8, rootPage);
        LONG.setRelease(slots, slot, txn);
    }

    private int search(long page, int key) {
        int low = 0;
        int high = HEAD_COUNT;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int offset = HEADS_OFFSET + middle * Integer.BYTES;
            if (file.get(ValueLayout.JAVA_INT_UNALIGNED, page + offset) < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long nextRandom() {
        seed ^= seed << 13;
        seed ^= seed >>> 7;
        seed ^= seed << 17;
        return seed * 0x2545F4914F6CDD1DL;
    }
}
