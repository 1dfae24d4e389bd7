package dev.coppice.testkit;

import dev.coppice.storage.Identity;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A simulated disk as one of several processes sees it that write it. It can be killed at any of
 * its steps: before a write, a flush or an announced store takes effect, or behind it.
 *
 * <p>Thread safety: any thread.
 */
public final class SimulatedWriter implements Storage {
    // Immutable
    private final SimulatedDisk disk;
    private final SimulatedProcesses.Row row;

    // Guarded by this
    private long steps;
    private long lastStep = Long.MAX_VALUE;
    private boolean isDead;
    private @Nullable LiveContent atDeath;

    SimulatedWriter(SimulatedDisk disk, SimulatedProcesses.Row row) {
        this.disk = disk;
        this.row = row;
    }

    /** {@return how many steps it has made} */
    public synchronized long steps() {
        return steps;
    }

    /**
     * Has it die at a step: everything it does from then on throws {@link SimulatedCrash}. Whoever
     * catches that calls {@link #bury}, before another process does anything.
     */
    public synchronized void killAt(long step) {
        lastStep = step;
    }

    /** {@return whether it was killed, or closed} */
    public synchronized boolean isDead() {
        return isDead;
    }

    /** Kills it. */
    public synchronized void kill() {
        if (!isDead) {
            isDead = true;
            row.die();
        }
    }

    /** Has the others take it for dead, though it goes on. */
    public void loseLock() {
        row.die();
    }

    private synchronized void step() {
        checkAlive();
        steps++;
        if (steps >= lastStep) {
            atDeath = disk.copyLive();
            kill();
            throw dead();
        }
    }

    /** Undoes what the code of this process has stored into the live file since its death. */
    public synchronized void bury() {
        LiveContent content = atDeath;
        if (content != null) {
            disk.restoreLive(content);
            atDeath = null;
        }
    }

    private synchronized void checkAlive() {
        if (isDead) {
            throw dead();
        }
    }

    private static SimulatedCrash dead() {
        return new SimulatedCrash("the process was killed");
    }

    @Override
    public void grow(long newSize) {
        step();
        if (newSize > disk.size()) {
            disk.grow(newSize);
        }
        step();
    }

    @Override
    public void truncate(long newSize) {
        step();
        disk.truncate(newSize);
        step();
    }

    @Override
    public void create(MemorySegment content) {
        step();
        disk.create(content);
        step();
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        step();
        disk.write(position, source, sourceOffset, length);
        step();
    }

    @Override
    public void stored(long position, long length) {
        checkAlive();
        disk.stored(position, length);
        step();
    }

    @Override
    public void sync() {
        step();
        disk.sync();
        step();
    }

    @Override
    public void sync(long[] ranges, int count) {
        step();
        disk.sync(ranges, count);
        step();
    }

    @Override
    public void liveStored(long position, long length) {
        checkAlive();
        disk.liveStored(position, length);
        step();
    }

    @Override
    public void deliveryPoint() {
        checkAlive();
        disk.deliveryPoint();
    }

    @Override
    public MemorySegment liveChunk(int index) {
        return disk.sharedChunk(index);
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public long size() {
        return disk.size();
    }

    @Override
    public long maxSize() {
        return disk.maxSize();
    }

    @Override
    public MemorySegment[] chunks() {
        return disk.chunks();
    }

    @Override
    public MemorySegment[] writableChunks() {
        return disk.writableChunks();
    }

    @Override
    public int liveChunkCount() {
        return disk.liveChunkCount();
    }

    @Override
    public Processes processes() {
        return row;
    }

    @Override
    public Identity identity() {
        return disk.identity();
    }

    @Override
    public boolean canStoreThroughMapping() {
        return disk.canStoreThroughMapping();
    }

    @Override
    public void close() {
        kill();
    }
}
