package dev.coppice.fuzz.kill;

import dev.coppice.fuzz.crash.ForwardingStorage;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.Step;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A storage that stops the thread for good at a named point, and says so. Thread safety: as the
 * storage behind it.
 */
final class StoppingStorage extends ForwardingStorage {
    private final Step point;
    private final AtomicInteger left;

    StoppingStorage(Storage target, Step point, int skipped) {
        super(target);
        this.point = point;
        this.left = new AtomicInteger(skipped);
    }

    private void pass(Step step) {
        if (step == point && left.getAndDecrement() == 0) {
            KilledProcess.say("at " + step);
            while (true) {
                LockSupport.park(this);
            }
        }
    }

    @Override
    public void create(MemorySegment content) {
        super.create(content);
        pass(Step.CREATE);
    }

    @Override
    public void grow(long newSize) {
        super.grow(newSize);
        pass(Step.GROW);
    }

    @Override
    public void truncate(long newSize) {
        super.truncate(newSize);
        pass(Step.TRUNCATE);
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        super.write(position, source, sourceOffset, length);
        pass(Step.WRITE);
    }

    @Override
    public void stored(long position, long length) {
        super.stored(position, length);
        pass(Step.STORED);
    }

    @Override
    public void sync() {
        pass(Step.SYNC_BEGIN);
        super.sync();
        pass(Step.SYNC_END);
    }

    @Override
    public void sync(long[] ranges, int count) {
        pass(Step.SYNC_BEGIN);
        super.sync(ranges, count);
        pass(Step.SYNC_END);
    }

    @Override
    public void liveStored(long position, long length) {
        super.liveStored(position, length);
        pass(Step.LIVE_STORED);
    }
}
