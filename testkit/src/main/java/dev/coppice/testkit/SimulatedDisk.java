package dev.coppice.testkit;

import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Identity;
import dev.coppice.storage.Processes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that can lose power. It keeps apart what the page cache shows and what is on the
 * medium, sector by sector of 512 bytes, and makes images of both at any moment: of a killed
 * process ({@link #kill}) and of a power loss ({@link #powerLoss}). An image is a new disk to open
 * the store on again, and to crash again.
 *
 * {@snippet :
 * disk.onStep((at, number, step) -> {
 *     for (PowerLoss loss : at.powerLossVariants(50, number)) {
 *         SimulatedDisk image = at.powerLoss(loss);
 *         // open the store on the image, check it, close it
 *         image.discard();
 *     }
 * });
 * }
 *
 * <p>What a flush has covered is durable. Everything else may be on the medium or not: each sector
 * for itself, in the newest content or any that was announced since the last flush; a first part of
 * the changes of the file's size. What the engine stored through the mapping without announcing it
 * may reach the medium, but no flush covers it.
 *
 * <p>The part of the file that only a size change has brought to the medium has no blocks there. A
 * mapped store into it is lost, and the next delivery point says so, as on a disk that is full.
 *
 * <p>After {@link #close} images can still be taken, which is how a test opens the same disk again.
 * {@link #discard} returns the memory for the next image; without it the garbage collector does, in
 * its own time.
 *
 * <p>Thread safety: every call takes the disk's monitor, hooks run inside it. Images share nothing
 * with the disk that they are made of.
 */
public final class SimulatedDisk implements Storage {
    private static final MemorySegment[] NOTHING = {};
    private static final StepHook NO_HOOK = (_, _, _) -> {};

    // Guarded by this
    private final DiskContent content;
    private final LiveContent live;
    private final FaultPlan faults = new FaultPlan();
    private Identity identity;
    private StepHook hook = NO_HOOK;
    private long steps;
    private long maxSize;
    private long deliveries;
    private long stores;
    private long faultyDelivery = -1;
    private long lostStore = -1;
    private boolean hasLostStore;
    private boolean isReadOnly;
    private SimulatedProcesses processes = new SimulatedProcesses();
    private boolean storesThroughMapping = true;
    private boolean isClosed;
    private boolean isDiscarded;
    private @Nullable SimulatedDisk atCrash;

    // Replaced under this, read by any thread
    private volatile MemorySegment[] writable = NOTHING;
    private volatile MemorySegment[] readable = NOTHING;
    private volatile long size;

    /**
     * Makes an empty disk.
     *
     * @param maxSize bytes that the store may take; this much memory is reserved
     */
    public SimulatedDisk(long maxSize) {
        this(
                new DiskContent(maxSize),
                new LiveContent(),
                new Identity(0x436f7070696365L, 1, 1, 1),
                maxSize);
    }

    private SimulatedDisk(DiskContent content, LiveContent live, Identity identity, long maxSize) {
        this.content = content;
        this.live = live;
        this.identity = identity;
        this.maxSize = maxSize;
        show();
    }

    // ---- steps, faults and settings

    /** Sets what is called at every change, in place of what was. */
    public synchronized void onStep(StepHook newHook) {
        hook = newHook;
    }

    /** {@return how many steps there were} */
    public synchronized long steps() {
        return steps;
    }

    /** {@return how many creations, growths, writes and flushes there were, of both files} */
    public synchronized long ioCount() {
        return faults.count();
    }

    /** {@return how many writes by position there were} */
    public synchronized long writeCount() {
        return faults.writeCount();
    }

    /** {@return how many ranges of stores were announced} */
    public synchronized long storeCount() {
        return stores;
    }

    /** {@return how many delivery points there were} */
    public synchronized long deliveryCount() {
        return deliveries;
    }

    /**
     * Lets an operation fail: a creation, growth, write or flush, or a growth of the live file. A
     * failed write has written its first half; a failed flush drops what it should have flushed
     * (see {@link #evict}); the others change nothing.
     *
     * @param ordinal which operation from here on, 1 for the next
     * @param forGood whether all that follow fail too
     */
    public synchronized void failIo(long ordinal, Fault fault, boolean forGood) {
        faults.plan(ordinal, fault, forGood);
    }

    /**
     * Lets a write by position fail after a first part of it, from nothing to all but one byte.
     *
     * @param ordinal which write from here on, 1 for the next
     */
    public synchronized void shortenWrite(long ordinal, Fault fault) {
        faults.planShortWrite(ordinal, fault);
    }

    /**
     * Interrupts the thread that makes an operation, before it does.
     *
     * @param ordinal which operation from here on, 1 for the next
     */
    public synchronized void interruptIo(long ordinal) {
        faults.planInterrupt(ordinal);
    }

    /** Lets operations succeed again. */
    public synchronized void heal() {
        faults.clear();
        faultyDelivery = -1;
        lostStore = -1;
        hasLostStore = false;
    }

    /**
     * Lets a delivery point report that a mapped store faulted. The content stays as stored.
     *
     * @param ordinal which delivery point from here on, 1 for the next
     */
    public synchronized void failDelivery(long ordinal) {
        faultyDelivery = deliveries + ordinal;
    }

    /**
     * Lets a mapped store fault: its content is lost, and the next delivery point reports it. So a
     * file system behaves that finds no room for a page only when it is stored into.
     *
     * @param ordinal which announced range of stores from here on, 1 for the next
     */
    public synchronized void loseStore(long ordinal) {
        lostStore = stores + ordinal;
    }

    /**
     * Runs what another thread would do just now. A fault that a mapped store of this thread waits
     * to have delivered is delivered to this thread, behind it.
     */
    public synchronized void asAnotherThread(Runnable work) {
        boolean isPending = hasLostStore;
        hasLostStore = false;
        try {
            work.run();
        } finally {
            hasLostStore = isPending;
        }
    }

    /**
     * Forgets the clean pages of the cache. After a failed flush this brings old content back: the
     * kernel had marked the pages clean without having written them.
     */
    public synchronized void evict() {
        content.evict();
    }

    /** Sets how large the store may get, as a full disk would. At most the size at construction. */
    public synchronized void setMaxSize(long newMaxSize) {
        if (newMaxSize > content.capacity()) {
            throw new IllegalArgumentException("beyond the reserved memory: maxSize=" + newMaxSize);
        }
        maxSize = newMaxSize;
    }

    /** Sets boot and file key; images of a power loss are in the boot after. */
    public synchronized void setIdentity(Identity newIdentity) {
        identity = newIdentity;
    }

    /** Makes the disk refuse changes, as a store opened for reading does. */
    public synchronized void setReadOnly(boolean readOnly) {
        isReadOnly = readOnly;
    }

    /** Sets what {@link #canStoreThroughMapping} answers. */
    public synchronized void setStoresThroughMapping(boolean can) {
        storesThroughMapping = can;
    }

    /**
     * Attaches a process that reads beside the one that this disk belongs to; an image of a kill
     * has it too, with all that it has pinned. Closing what this returns is its death.
     */
    public synchronized Storage attachReader() {
        checkNotDiscarded();
        return new SimulatedReader(this, processes.attach(isClosed || size == 0));
    }

    /**
     * Attaches a process that writes beside others of its kind; the disk itself is not open
     * meanwhile. Its death, and its close, leave the disk to the others.
     */
    public synchronized SimulatedWriter attachWriter() {
        checkNotDiscarded();
        return new SimulatedWriter(this, processes.attachWriter());
    }

    synchronized LiveContent copyLive() {
        return live.copy();
    }

    /** Gives the live file the content of a copy, which is discarded. */
    synchronized void restoreLive(LiveContent copy) {
        for (int i = 0; i < copy.count(); i++) {
            live.chunk(i).copyFrom(copy.chunk(i));
        }
        copy.discard();
    }

    synchronized MemorySegment sharedChunk(int index) {
        checkNotDiscarded();
        return live.chunk(index);
    }

    // ---- images

    /** {@return the disk as the next process in the same boot finds it after this one is killed} */
    public synchronized SimulatedDisk kill() {
        checkNotDiscarded();
        if (atCrash != null) {
            return atCrash.kill();
        }
        SimulatedDisk image = new SimulatedDisk(content.copy(), live.copy(), identity, maxSize);
        image.storesThroughMapping = storesThroughMapping;
        image.processes = processes.copy();
        return image;
    }

    /**
     * {@return the disk as the next process in the same boot finds it after this one is killed and
     * a copy of its file was put into the place of the file} The live file is that of this disk.
     */
    public synchronized SimulatedDisk replaced(SimulatedDisk file) {
        SimulatedDisk image = kill();
        image.content.discard();
        Identity other =
                new Identity(
                        identity.bootHigh(),
                        identity.bootLow(),
                        identity.device(),
                        identity.inode() + 1);
        SimulatedDisk replaced = new SimulatedDisk(file.content.copy(), image.live, other, maxSize);
        replaced.storesThroughMapping = storesThroughMapping;
        return replaced;
    }

    /**
     * {@return the disk as the next process in the same boot finds it after this one is killed, if
     * it comes by another name of the same file, which has a live file of its own}
     *
     * @param name has that live file
     */
    public synchronized SimulatedDisk byAnotherName(SimulatedDisk name) {
        SimulatedDisk image = kill();
        image.live.discard();
        SimulatedDisk found = new SimulatedDisk(image.content, name.copyLive(), identity, maxSize);
        found.storesThroughMapping = storesThroughMapping;
        return found;
    }

    /** {@return the disk after a power loss, all changes of size done, the live file zeros} */
    public synchronized SimulatedDisk powerLoss(SectorChoice sectors) {
        return powerLoss(new PowerLoss(sectors, sizeChanges(), LiveFate.ZEROS));
    }

    /** {@return the disk after a power loss, in another boot} */
    public synchronized SimulatedDisk powerLoss(PowerLoss loss) {
        checkNotDiscarded();
        if (atCrash != null) {
            return atCrash.powerLoss(loss);
        }
        SimulatedDisk image =
                new SimulatedDisk(
                        content.afterPowerLoss(loss.sectors(), loss.sizeChanges()),
                        live.afterPowerLoss(loss.live()),
                        nextBoot(),
                        maxSize);
        image.storesThroughMapping = storesThroughMapping;
        return image;
    }

    private Identity nextBoot() {
        return new Identity(
                identity.bootHigh(), identity.bootLow() + 1, identity.device(), identity.inode());
    }

    /**
     * {@return the ways in which a power loss at this moment can end: nothing and everything with
     * every size and fate of the live file, every prefix, every single sector missing, torn and in
     * each of its earlier contents, and random subsets}
     *
     * @param randomSubsets how many of the last kind
     * @param seed of the random subsets and of where sectors are torn
     */
    public synchronized List<PowerLoss> powerLossVariants(int randomSubsets, long seed) {
        return atCrash == null
                ? PowerLosses.of(content, randomSubsets, seed)
                : atCrash.powerLossVariants(randomSubsets, seed);
    }

    /**
     * {@return some of {@link #powerLossVariants}, in an order in which their kinds, few or many of
     * each, take turns}
     *
     * @param randomSubsets as there
     * @param seed as there, and of which ones are taken
     * @param most how many at most
     * @param beginsWithExtremes whether the first half may be the extremes, which are nothing and
     *     everything with each size and fate of the live file
     */
    public synchronized List<PowerLoss> powerLossSample(
            int randomSubsets, long seed, int most, boolean beginsWithExtremes) {
        List<PowerLoss> all = powerLossVariants(randomSubsets, seed);
        int extremes = beginsWithExtremes ? 2 * sizeChanges() + 5 : 0;
        return PowerLosses.sample(all, most, Math.min(extremes, most / 2), seed);
    }

    /** {@return how many sectors a power loss may or may not leave on the medium} */
    public synchronized int dirtySectors() {
        return atCrash == null ? content.dirty().size() : atCrash.dirtySectors();
    }

    /** {@return how many sectors were stored into through the mapping and not announced} */
    public synchronized int unannouncedSectors() {
        return atCrash == null ? content.unannouncedSectors() : atCrash.unannouncedSectors();
    }

    /** {@return how many changes of the file's size are not flushed} */
    public synchronized int sizeChanges() {
        return atCrash == null ? content.sizeChanges() : atCrash.sizeChanges();
    }

    /** Returns the memory of this disk. It and its segments must not be used any more. */
    public synchronized void discard() {
        if (isDiscarded) {
            return;
        }
        isDiscarded = true;
        isClosed = true;
        readable = NOTHING;
        writable = NOTHING;
        if (atCrash != null) {
            atCrash.discard();
        }
        content.discard();
        live.discard();
    }

    // ---- Storage

    @Override
    public synchronized boolean isReadOnly() {
        return isReadOnly;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public synchronized long maxSize() {
        return maxSize;
    }

    @Override
    public synchronized void create(MemorySegment bytes) {
        checkWritable();
        if (size != 0) {
            throw new IllegalStateException("the store exists: size=" + size);
        }
        checkBlocks(bytes.byteSize(), 0, Long.MAX_VALUE);
        checkLimit(bytes.byteSize());
        if (faults.failsNext()) {
            throw faults.failure("creating the store");
        }
        content.create(bytes);
        show();
        step(Step.CREATE);
        content.flush(_ -> true);
    }

    @Override
    public synchronized void grow(long newSize) {
        checkWritable();
        checkBlocks(newSize, size, Long.MAX_VALUE);
        checkLimit(newSize);
        if (faults.failsNext()) {
            throw faults.failure("growing from " + size + " to " + newSize + " bytes");
        }
        content.grow(newSize);
        show();
        step(Step.GROW);
    }

    @Override
    public synchronized void truncate(long newSize) {
        checkWritable();
        checkBlocks(newSize, -1, size);
        content.truncate(newSize);
        show();
        step(Step.TRUNCATE);
    }

    private void show() {
        int count = Math.toIntExact((content.size() + CHUNK_BYTES - 1) / CHUNK_BYTES);
        MemorySegment[] segments = new MemorySegment[count];
        MemorySegment[] views = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            long position = (long) i * CHUNK_BYTES;
            long length = Math.min(CHUNK_BYTES, content.size() - position);
            segments[i] = content.cache().asSlice(position, length);
            views[i] = segments[i].asReadOnly();
        }
        size = Math.min(size, content.size());
        writable = segments;
        readable = views;
        size = content.size();
    }

    @Override
    public MemorySegment[] chunks() {
        return readable;
    }

    @Override
    public synchronized MemorySegment[] writableChunks() {
        checkWritable();
        return writable;
    }

    @Override
    public synchronized boolean canStoreThroughMapping() {
        return storesThroughMapping && !isReadOnly;
    }

    @Override
    public synchronized void write(
            long position, MemorySegment source, long sourceOffset, long length) {
        checkWritable();
        checkInside(position, length, size);
        long written = faults.writtenOf(length);
        MemorySegment.copy(source, sourceOffset, content.cache(), position, written);
        content.fillHole(position, written);
        announce(position, written);
        if (written < length) {
            throw faults.failure("writing " + length + " bytes at " + position);
        }
        step(Step.WRITE);
    }

    @Override
    public synchronized void stored(long position, long length) {
        checkWritable();
        checkInside(position, length, size);
        stores++;
        if (stores == lostStore || content.isHole(position, length)) {
            content.takeBack(position, length);
            hasLostStore = true;
        }
        announce(position, length);
        step(Step.STORED);
    }

    private void announce(long position, long length) {
        if (length > 0) {
            content.announce(position, length);
        }
    }

    @Override
    public synchronized void sync() {
        sync(_ -> true);
    }

    @Override
    public synchronized void sync(long[] ranges, int count) {
        for (int i = 0; i < count; i++) {
            checkInside(ranges[2 * i], ranges[2 * i + 1], size);
        }
        sync(sector -> touches(sector, ranges, count));
    }

    private static boolean touches(long sector, long[] ranges, int count) {
        long first = sector * DiskContent.SECTOR_BYTES;
        for (int i = 0; i < count; i++) {
            long position = ranges[2 * i];
            if (position < first + DiskContent.SECTOR_BYTES
                    && first < position + ranges[2 * i + 1]) {
                return true;
            }
        }
        return false;
    }

    private void sync(LongPredicate isCovered) {
        checkOpen();
        step(Step.SYNC_BEGIN);
        if (faults.failsNext()) {
            content.drop(isCovered);
            throw new StoreIoException("The simulated disk failed a flush.");
        }
        content.flush(isCovered);
        step(Step.SYNC_END);
    }

    @Override
    public synchronized MemorySegment liveChunk(int index) {
        checkOpen();
        if (index >= live.count() && faults.failsNext()) {
            throw faults.failure("growing the live file to " + (index + 1) + " chunks");
        }
        return live.chunk(index);
    }

    @Override
    public synchronized int liveChunkCount() {
        return live.count();
    }

    @Override
    public synchronized void liveStored(long position, long length) {
        checkOpen();
        checkInside(position, length, (long) live.count() * LIVE_CHUNK_BYTES);
        step(Step.LIVE_STORED);
    }

    @Override
    public synchronized Processes processes() {
        return processes.writer();
    }

    @Override
    public synchronized Identity identity() {
        return size > 0 ? identity : new Identity(identity.bootHigh(), identity.bootLow(), 0, 0);
    }

    @Override
    public synchronized void deliveryPoint() {
        checkOpen();
        deliveries++;
        if (deliveries == faultyDelivery || hasLostStore) {
            hasLostStore = false;
            throw new InternalError("a fault occurred in a simulated memory access operation");
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
    }

    // ---- checks

    private void step(Step step) {
        steps++;
        try {
            hook.at(this, steps, step);
        } catch (SimulatedCrash e) {
            SimulatedDisk image = kill();
            image.isClosed = true;
            atCrash = image;
            throw e;
        }
    }

    private void checkWritable() {
        checkOpen();
        if (isReadOnly) {
            throw new ReadOnlyException("The simulated disk is read-only.");
        }
    }

    private void checkOpen() {
        if (atCrash != null) {
            throw new SimulatedCrash("the process that held this disk has crashed");
        }
        if (isClosed) {
            throw new StoreClosedException("The simulated disk is closed.");
        }
    }

    private void checkNotDiscarded() {
        if (isDiscarded) {
            throw new IllegalStateException("the memory of this disk was discarded");
        }
    }

    private void checkLimit(long newSize) {
        if (newSize > maxSize) {
            throw new StoreFullException(
                    "The store may not grow from "
                            + size
                            + " to "
                            + newSize
                            + " bytes: its maximum size is "
                            + maxSize
                            + " bytes.");
        }
    }

    /** Checks for whole blocks, more than {@code above} and at most {@code most} bytes. */
    private static void checkBlocks(long newSize, long above, long most) {
        if (newSize % 4096 != 0 || newSize <= above || newSize > most) {
            throw new IllegalArgumentException("not a lawful size: newSize=" + newSize);
        }
    }

    private static void checkInside(long position, long length, long limit) {
        if ((position | length) < 0 || position > limit - length) {
            throw new IllegalArgumentException(
                    "range ends behind the file: position="
                            + position
                            + ", length="
                            + length
                            + ", size="
                            + limit);
        }
    }
}
