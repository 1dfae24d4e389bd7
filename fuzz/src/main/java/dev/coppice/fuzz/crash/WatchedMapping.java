package dev.coppice.fuzz.crash;

import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;

/**
 * A storage that lets something else happen when somebody asks next where its pages are mapped: so
 * that another thread can come in between two reads.
 *
 * <p>Thread safety: one thread.
 */
final class WatchedMapping extends ForwardingStorage {
    private Runnable next = WatchedMapping::doNothing;

    WatchedMapping(Storage target) {
        super(target);
    }

    private static void doNothing() {}

    /** Has something done once, by who asks next. */
    void before(Runnable other) {
        next = other;
    }

    @Override
    public MemorySegment[] chunks() {
        Runnable now = next;
        next = WatchedMapping::doNothing;
        now.run();
        return super.chunks();
    }
}
