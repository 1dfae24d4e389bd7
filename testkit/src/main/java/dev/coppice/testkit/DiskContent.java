package dev.coppice.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * The data file of a simulated disk: page cache, and what is known of the medium below it.
 *
 * <p>Thread safety: one thread.
 */
final class DiskContent {
    /*
     * cache     what the engine maps, and writes to
     * announced the cache as of the last announcement; where both differ, the engine has stored
     *           something and not said so yet. The kernel may write that back too.
     * pending   for each sector that is dirty: its durable content and those between
     * dropped   for each sector that a failed flush has marked clean: its durable content
     * sizes     the durable size and those since, up to the present one
     *
     * The medium is thus the cache with older contents laid over it. Nothing is kept of sectors that
     * are clean, so an image costs two copies of the file and one of its dirty sectors.
     */

    static final int SECTOR_BYTES = 512;

    private static final int BLOCK_BYTES = 4096;

    private final MemorySegment cache;
    private final MemorySegment announced;
    private final Map<Long, PendingSector> pending = new LinkedHashMap<>();
    private final Map<Long, byte[]> dropped = new HashMap<>();
    private long[] sizes = {0};

    /** Where blocks begin that belong to the file and were never written: after a power loss. */
    private long holesFrom = Long.MAX_VALUE;

    private long holesTo;

    DiskContent(long capacity) {
        cache = NativePool.take(capacity);
        announced = NativePool.take(capacity);
    }

    long capacity() {
        return cache.byteSize();
    }

    long size() {
        return sizes[sizes.length - 1];
    }

    /** {@return how many changes of the size are not flushed} */
    int sizeChanges() {
        return sizes.length - 1;
    }

    MemorySegment cache() {
        return cache;
    }

    // ---- changes

    void create(MemorySegment content) {
        MemorySegment.copy(content, 0, cache, 0, content.byteSize());
        MemorySegment.copy(content, 0, announced, 0, content.byteSize());
        addSize(content.byteSize());
    }

    void grow(long newSize) {
        cache.asSlice(size(), newSize - size()).fill((byte) 0);
        announced.asSlice(size(), newSize - size()).fill((byte) 0);
        addSize(newSize);
    }

    void truncate(long newSize) {
        holesTo = Math.min(holesTo, newSize);
        long oldSize = size();
        addSize(newSize);
        cache.asSlice(newSize, oldSize - newSize).fill((byte) 0);
        for (long sector = newSize / SECTOR_BYTES; sector * SECTOR_BYTES < oldSize; sector++) {
            if (differs(sector) || pending.containsKey(sector)) {
                note(sector).setCutBy(sizeChanges());
            }
        }
    }

    private void addSize(long newSize) {
        sizes = Arrays.copyOf(sizes, sizes.length + 1);
        sizes[sizes.length - 1] = newSize;
    }

    /** Marks the sectors of a range dirty whose content has changed or was dropped. */
    void announce(long position, long length) {
        long last = (position + length - 1) / SECTOR_BYTES;
        for (long sector = position / SECTOR_BYTES; sector <= last; sector++) {
            if (differs(sector)) {
                note(sector);
            } else if (!dropped.isEmpty() && dropped.containsKey(sector)) {
                pending.put(sector, new PendingSector(dropped.remove(sector)));
            }
        }
    }

    /** {@return whether part of a range has no block on the medium, which a write would give it} */
    boolean isHole(long position, long length) {
        return Math.max(position, holesFrom) < Math.min(position + length, holesTo);
    }

    /** A write gives a range its blocks; those in the middle of a hole go on being one. */
    void fillHole(long position, long length) {
        long end = position + length;
        if (position <= holesFrom) {
            holesFrom = Math.max(holesFrom, end);
        } else if (end >= holesTo) {
            holesTo = Math.min(holesTo, position);
        }
    }

    /** Takes back what was stored in a range since it was announced last. */
    void takeBack(long position, long length) {
        MemorySegment.copy(announced, position, cache, position, length);
    }

    private boolean differs(long sector) {
        long from = sector * SECTOR_BYTES;
        long to = from + SECTOR_BYTES;
        return MemorySegment.mismatch(cache, from, to, announced, from, to) >= 0;
    }

    private PendingSector note(long sector) {
        byte[] before = bytes(announced, sector);
        PendingSector known = pending.get(sector);
        if (known == null) {
            byte[] durable = dropped.remove(sector);
            known = new PendingSector(durable == null ? before : durable);
            pending.put(sector, known);
        } else {
            known.supersede(before);
        }
        long offset = sector * SECTOR_BYTES;
        MemorySegment.copy(cache, offset, announced, offset, SECTOR_BYTES);
        return known;
    }

    private static byte[] bytes(MemorySegment source, long sector) {
        byte[] result = new byte[SECTOR_BYTES];
        MemorySegment.copy(
                source, ValueLayout.JAVA_BYTE, sector * SECTOR_BYTES, result, 0, SECTOR_BYTES);
        return result;
    }

    /** Makes the size and the chosen sectors durable. */
    void flush(LongPredicate isFlushed) {
        sizes = new long[] {size()};
        pending.keySet().removeIf(isFlushed::test);
        pending.values().removeIf(sector -> !sector.settleCuts());
    }

    /** Marks the chosen sectors clean although they are not on the medium. */
    void drop(LongPredicate isDropped) {
        pending.forEach((sector, contents) -> {
            if (isDropped.test(sector)) {
                dropped.put(sector, contents.durable());
            }
        });
        pending.keySet().removeIf(isDropped::test);
    }

    /** Forgets what is clean in the cache, so that it shows what is on the medium. */
    void evict() {
        dropped.forEach((sector, content) -> {
            overlay(cache, sector, content, 0);
            overlay(announced, sector, content, 0);
        });
        dropped.clear();
    }

    // ---- images

    DiskContent copy() {
        DiskContent result = new DiskContent(capacity());
        long bytes = largestSize();
        MemorySegment.copy(cache, 0, result.cache, 0, bytes);
        MemorySegment.copy(announced, 0, result.announced, 0, bytes);
        pending.forEach((sector, contents) -> result.pending.put(sector, contents.copy()));
        result.dropped.putAll(dropped);
        result.sizes = sizes.clone();
        result.holesFrom = holesFrom;
        result.holesTo = holesTo;
        return result;
    }

    private long largestSize() {
        long largest = 0;
        for (long each : sizes) {
            largest = Math.max(largest, each);
        }
        return largest;
    }

    /** {@return the dirty sectors, those that were not announced last} */
    Map<Long, PendingSector> dirty() {
        long first = nextUnannounced(0);
        if (first < 0) {
            return pending;
        }
        Map<Long, PendingSector> all = new LinkedHashMap<>(pending);
        for (long sector = first; sector >= 0; sector = nextUnannounced(sector + 1)) {
            all.put(sector, withUnannounced(sector));
        }
        return all;
    }

    private PendingSector withUnannounced(long sector) {
        PendingSector known = pending.get(sector);
        byte[] before = bytes(announced, sector);
        if (known == null) {
            return new PendingSector(dropped.getOrDefault(sector, before));
        }
        PendingSector extended = known.copy();
        extended.supersede(before);
        return extended;
    }

    /** {@return how many sectors were stored into without an announcement} */
    int unannouncedSectors() {
        int count = 0;
        for (long sector = nextUnannounced(0); sector >= 0; sector = nextUnannounced(sector + 1)) {
            count++;
        }
        return count;
    }

    private long nextUnannounced(long sector) {
        long from = sector * SECTOR_BYTES;
        if (from >= size()) {
            return -1;
        }
        long found = MemorySegment.mismatch(cache, from, size(), announced, from, size());
        return found < 0 ? -1 : (from + found) / SECTOR_BYTES;
    }

    /** {@return the medium after a power loss, as a disk that is all durable} */
    DiskContent afterPowerLoss(SectorChoice choice, int changes) {
        DiskContent image = new DiskContent(capacity());
        long bytes = sizes[changes];
        MemorySegment.copy(cache, 0, image.cache, 0, bytes);
        dropped.forEach((sector, content) -> {
            if (!differs(sector)) {
                image.overlay(image.cache, sector, content, 0);
            }
        });
        int index = 0;
        image.holesFrom = sizes[0];
        image.holesTo = bytes;
        for (Map.Entry<Long, PendingSector> each : dirty().entrySet()) {
            boolean isThere = image.lay(each.getKey(), each.getValue(), choice, index++, changes);
            if (isThere) {
                long end = (each.getKey() + 1) * SECTOR_BYTES;
                image.holesFrom =
                        Math.max(
                                image.holesFrom,
                                (end + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
            }
        }
        MemorySegment.copy(image.cache, 0, image.announced, 0, bytes);
        image.sizes = new long[] {bytes};
        return image;
    }

    /** {@return whether anything of the sector has arrived} */
    private boolean lay(
            long sector, PendingSector contents, SectorChoice choice, int index, int changes) {
        int newest = contents.newest();
        int version = contents.possible(choice.version(index, newest), changes);
        if (version < newest) {
            overlay(cache, sector, contents.content(version), 0);
        } else if (choice instanceof SectorChoice.Torn(int torn, int newBytes) && torn == index) {
            overlay(cache, sector, contents.durable(), newBytes);
        }
        return version > 0;
    }

    private void overlay(MemorySegment target, long sector, byte[] content, int from) {
        MemorySegment.copy(
                content,
                from,
                target,
                ValueLayout.JAVA_BYTE,
                sector * SECTOR_BYTES + from,
                SECTOR_BYTES - from);
    }

    /** Gives the memory back. */
    void discard() {
        NativePool.give(cache);
        NativePool.give(announced);
    }
}
