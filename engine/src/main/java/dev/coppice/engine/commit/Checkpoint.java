package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Moves the base forward: captures the newest root and the free space under the writer role, then,
 * without it, seals what the root reaches, writes the free-space image, flushes, and names both in
 * a durable slot.
 *
 * <p>Thread safety: one thread at a time; {@link #capture} needs the writer role.
 */
public final class Checkpoint {
    private final Storage storage;
    private final PageSize pageSize;
    private final Commits commits;
    private final DurableSlots slots;
    private final ReaderTable readers;
    private final PageAllocator allocator;
    private final FreeSpaceImage images;
    private final PageSealer sealer;

    Checkpoint(
            Storage storage,
            PageSize pageSize,
            Commits commits,
            DurableSlots slots,
            ReaderTable readers,
            PageAllocator allocator) {
        this.storage = storage;
        this.pageSize = pageSize;
        this.commits = commits;
        this.slots = slots;
        this.readers = readers;
        this.allocator = allocator;
        this.images = new FreeSpaceImage(pageSize);
        this.sealer = new PageSealer(storage, pageSize);
    }

    /**
     * What a checkpoint works on: a pinned root and the free space that goes with it.
     *
     * @param target the root that becomes the base
     * @param pin reader slot that keeps its pages
     * @param image pages set aside for the image
     * @param unneeded pages that neither the target nor its image needs
     * @param kept superseded pages that the roots see which the target lists by name
     */
    public record Captured(
            StoreRoot target, int pin, ImageExtent image, FreeMap unneeded, ExtentList kept) {}

    /**
     * Captures the newest root. Writer role.
     *
     * @param running what a running transaction has allocated, which is free as far as the target
     *     goes; or null
     * @return null when the newest root is the base already
     */
    public Captured capture(ExtentList running) {
        return capture(running, false);
    }

    /**
     * As {@link #capture(ExtentList)}.
     *
     * @param always whether the image is to be written anew even where the newest root is the base
     */
    public Captured capture(ExtentList running, boolean always) {
        commits.checkNotPoisoned();
        commits.flushPrepared();
        commits.reclaim();
        StoreRoot target = commits.newest().copy();
        Known known = slots.known();
        boolean isBase = target.txn() == known.base().txn() && known.image().firstPage() != 0;
        if (isBase && !always) {
            return null;
        }
        ExtentList kept = new ExtentList();
        FreeMap unneeded = unneeded(running, known, kept);
        long pages = images.pagesFor(unneeded, kept);
        int pin = readers.claim();
        readers.pin(pin, target, 0);
        long first = -1;
        try {
            first = allocator.allocateRun(pages, true);
            takeImage(unneeded, first, pages);
            ImageExtent image = new ImageExtent(first, pages, target.txn());
            Captured captured = new Captured(target, pin, image, unneeded, kept);
            commits.took(first, pages);
            commits.beginLog();
            return captured;
        } catch (RuntimeException | Error e) {
            readers.release(pin);
            if (first >= 0) {
                allocator.release(first, pages);
            }
            throw e;
        }
    }

    /**
     * {@return the pages that neither the newest root reaches nor those that it lists by name}
     *
     * <p>Those that are pending count among them, unless a name keeps them: whoever else does is
     * gone when the image is read. So the image stays small, which matters most when the store is
     * full.
     *
     * @param kept receives those that are pending and kept by a name
     */
    private FreeMap unneeded(ExtentList running, Known known, ExtentList kept) {
        FreeMap unneeded = allocator.freeMap().copy();
        RetainedRoots retained = commits.retained();
        allocator
                .pending()
                .forEach((page, count, birth, death) -> {
                    if (retained.sees(birth, death)) {
                        kept.add(page, count, birth, death);
                    } else {
                        unneeded.release(page, count);
                    }
                });
        if (running != null) {
            for (int i = 0; i < running.size(); i++) {
                unneeded.release(running.page(i), running.count(i));
            }
        }
        ImageExtent old = known.image();
        if (old.firstPage() != 0) {
            unneeded.release(old.firstPage(), old.pages());
        }
        return unneeded;
    }

    /** Takes the pages of the image, for which the file may have grown. */
    private void takeImage(FreeMap unneeded, long first, long pages) {
        long before = unneeded.pages();
        long now = allocator.freeMap().pages();
        unneeded.extend(now);
        unneeded.release(before, now - before);
        unneeded.take(first, pages);
    }

    /**
     * Makes what was captured the base.
     *
     * @return pages that were sealed
     */
    public long complete(Captured captured) {
        StoreRoot target = captured.target();
        long end = writeOrGiveBack(captured);
        try {
            long sealed = sealer.seal(target, slots.known().tip().txn());
            storage.deliveryPoint();
            syncSealed(captured.image());
            alone(() -> {
                commits.checkNotPoisoned();
                StoreRoot base = endingAt(target, end);
                StoreRoot tip = slots.known().tip();
                if (tip.txn() <= target.txn()) {
                    tip = base;
                }
                long slotEnd = Math.max(end, tip.endPage());
                slots.write(tip, base, captured.image(), tip.txn(), slotEnd, false);
                commits.endLog();
            });
            return sealed;
        } catch (InternalError e) {
            commits.poison();
            throw new StoreIoException("a mapped page could not be written", e);
        } catch (RuntimeException | Error e) {
            commits.poison();
            throw e;
        } finally {
            readers.release(captured.pin());
        }
    }

    /** Waits for what the target reaches and for its image, and for nothing that came later. */
    private void syncSealed(ImageExtent image) {
        long[] sealed = sealer.ranges();
        long[] ranges = Arrays.copyOf(sealed, sealed.length + 2);
        ranges[sealed.length] = image.firstPage() << pageSize.shift();
        ranges[sealed.length + 1] = image.pages() << pageSize.shift();
        sync(ranges);
    }

    /**
     * Where processes beside this one write, nobody else flushes meanwhile: should it fail, all are
     * told before another flush could find nothing left to do.
     */
    private void sync(long... ranges) {
        if (commits.isShared()) {
            alone(() -> slots.flush(ranges));
        } else {
            storage.sync(ranges, ranges.length / 2);
        }
    }

    /** Does what nobody else in any process does at the same time: write a slot, flush. */
    private void alone(Runnable work) {
        slots.lock().lock();
        try {
            slots.keepOthersOut();
            try {
                work.run();
            } finally {
                slots.admitOthers();
            }
        } finally {
            slots.lock().unlock();
        }
    }

    /**
     * Makes the newest root durable where there is no room for the image of a new base: it becomes
     * the tip, and the base stays. Writer role.
     */
    public void saveTip() {
        saveTip(commits.newest().copy());
    }

    /**
     * Makes a published root durable: it becomes the tip, unless a newer one is, and the base
     * stays. One thread at a time.
     *
     * @param target pinned by the caller, or the newest one while he has the writer role
     */
    public void saveTip(StoreRoot target) {
        commits.checkNotPoisoned();
        long durable = slots.known().tip().txn();
        if (target.txn() <= durable) {
            return;
        }
        try {
            sealer.seal(target, durable);
            storage.deliveryPoint();
            long[] sealed = sealer.ranges();
            sync(sealed);
            alone(() -> {
                commits.checkNotPoisoned();
                Known known = slots.known();
                if (target.txn() > known.tip().txn()) {
                    long end = Math.max(known.endPage(), target.endPage());
                    slots.write(target, known.base(), known.image(), target.txn(), end, false);
                }
            });
        } catch (InternalError e) {
            commits.poison();
            throw new StoreIoException("a mapped page could not be written", e);
        } catch (RuntimeException | Error e) {
            commits.poison();
            throw e;
        }
    }

    /** {@return the base as the slot names it: its end is that of the free-space image} */
    private static StoreRoot endingAt(StoreRoot target, long end) {
        StoreRoot base = target.copy();
        base.stamp(target.txn(), target.commitMillis(), end);
        return base;
    }

    /** As {@link #write}. Until the image is written nothing was touched but its own pages. */
    private long writeOrGiveBack(Captured captured) {
        try {
            return write(captured);
        } catch (RuntimeException | Error e) {
            ImageExtent image = captured.image();
            commits.addUnusedImage(image);
            readers.release(captured.pin());
            throw e;
        }
    }

    /** {@return one past the last page that the target or its image needs} */
    private long write(Captured captured) {
        ImageExtent image = captured.image();
        long end = captured.unneeded().usedEnd();
        try (Arena arena = Arena.ofShared()) {
            images.write(
                    storage,
                    image,
                    images.encode(arena, captured.unneeded(), captured.kept(), image.pages(), end));
        }
        return end;
    }
}
