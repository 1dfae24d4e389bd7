package dev.coppice.perf.layout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A B+tree of inserts and lookups, just enough to give the pages the fill and the separators they
 * have in the engine. Thread safety: one thread.
 */
final class SpikeTree {
    static final long NOT_FOUND = -1;

    private static final int MAX_HEIGHT = 12;
    private static final boolean SKIPS_PREFIX = Boolean.getBoolean("coppice.skipPrefix");

    private final MemorySegment pages;
    private final MemorySegment separatorKey = Arena.ofAuto().allocate(NodePage.PAGE_BYTES);
    private final EntryList entries = new EntryList();
    private final long[] pathPages = new long[MAX_HEIGHT];
    private final int[] pathIndexes = new int[MAX_HEIGHT];
    private long root;
    private long nextPage;
    private int height;
    private long leafCount;

    SpikeTree(Arena arena, long pageLimit) {
        pages = arena.allocate(pageLimit * NodePage.PAGE_BYTES, NodePage.PAGE_BYTES);
        root = newPage(0);
        leafCount = 1;
    }

    MemorySegment pages() {
        return pages;
    }

    long pageCount() {
        return nextPage / NodePage.PAGE_BYTES;
    }

    long leafCount() {
        return leafCount;
    }

    int height() {
        return height + 1;
    }

    private long newPage(int level) {
        long page = nextPage;
        nextPage += NodePage.PAGE_BYTES;
        NodePage.format(pages, page, level, page / NodePage.PAGE_BYTES);
        return page;
    }

    // Reading

    /** {@return position of the value << 16 | its length, or NOT_FOUND} */
    long get(MemorySegment keys, long key, int keyBytes) {
        if (SKIPS_PREFIX) {
            long found = descend(keys, key, keyBytes, false);
            if (found != NOT_FOUND) {
                return found;
            }
        }
        return descend(keys, key, keyBytes, true);
    }

    /* Skipping ends in a comparison of the whole key, so that a hit is right in any case. */
    private long descend(MemorySegment keys, long key, int keyBytes, boolean comparesPrefix) {
        long page = root;
        for (int level = height; level > 0; level--) {
            int index = NodePage.search(pages, page, keys, key, keyBytes, comparesPrefix);
            page = childPage(page, index);
        }
        int index = NodePage.search(pages, page, keys, key, keyBytes, true);
        return index < 0 ? NOT_FOUND : NodePage.value(pages, page, index);
    }

    private long childPage(long page, int found) {
        return NodePage.child(pages, page, found < 0 ? ~found : found + 1) * NodePage.PAGE_BYTES;
    }

    /** Remembers the path to a key's leaf. {@return the key's index there, as search does} */
    int seek(MemorySegment keys, long key, int keyBytes) {
        long page = root;
        for (int level = height; level > 0; level--) {
            int found = NodePage.search(pages, page, keys, key, keyBytes, true);
            pathPages[level] = page;
            pathIndexes[level] = found < 0 ? ~found : found + 1;
            page = childPage(page, found);
        }
        pathPages[0] = page;
        return NodePage.search(pages, page, keys, key, keyBytes, true);
    }

    long firstLeaf() {
        pathPages[height] = root;
        return leftmostBelow(height);
    }

    private long leftmostBelow(int top) {
        for (int level = top; level > 0; level--) {
            pathIndexes[level] = 0;
            pathPages[level - 1] = NodePage.child(pages, pathPages[level], 0) * NodePage.PAGE_BYTES;
        }
        return pathPages[0];
    }

    long currentLeaf() {
        return pathPages[0];
    }

    /** {@return the leaf behind the current one, or NOT_FOUND} */
    long nextLeaf() {
        for (int level = 1; level <= height; level++) {
            if (pathIndexes[level] < NodePage.count(pages, pathPages[level])) {
                int index = ++pathIndexes[level];
                pathPages[level - 1] =
                        NodePage.child(pages, pathPages[level], index) * NodePage.PAGE_BYTES;
                return leftmostBelow(level - 1);
            }
        }
        return NOT_FOUND;
    }

    // Writing

    void insert(
            MemorySegment keys,
            long key,
            int keyBytes,
            MemorySegment values,
            long value,
            int valueBytes) {
        int found = seek(keys, key, keyBytes);
        if (found >= 0) {
            throw new IllegalArgumentException("duplicate key at index " + found);
        }
        insertAt(0, ~found, keys, key, keyBytes, values, value, valueBytes, 0);
    }

    private void insertAt(
            int level,
            int index,
            MemorySegment keys,
            long key,
            int keyBytes,
            MemorySegment values,
            long value,
            int valueBytes,
            long child) {
        long page = pathPages[level];
        int count = NodePage.count(pages, page);
        boolean isLeaf = level == 0;
        boolean isAtEdge = index == 0 || index == count;
        if (!isAtEdge || NodePage.hasPrefix(pages, page, keys, key, keyBytes)) {
            int prefixBytes = NodePage.prefixBytes(pages, page);
            int bytes =
                    NodePage.usedBytes(pages, page, isLeaf)
                            + NodePage.entryBytes(keyBytes, valueBytes, prefixBytes);
            if (bytes <= NodePage.PAGE_BYTES) {
                NodePage.insert(pages, page, index, keys, key, keyBytes, values, value, valueBytes);
                if (!isLeaf) {
                    NodePage.putChild(
                            pages, NodePage.childReference(pages, page, index + 1), child);
                }
                return;
            }
        }
        entries.load(pages, page, isLeaf);
        entries.insert(index, keys, key, keyBytes, values, value, valueBytes, child);
        if (entries.fits(0, count + 1)) {
            entries.store(pages, page, level, 0, count + 1, Integer.MAX_VALUE);
        } else {
            split(level, page, index);
        }
    }

    private void split(int level, long page, int inserted) {
        int count = entries.count();
        boolean isAppend = inserted == count - 1 && isRightmost(level);
        int middle = isAppend ? count - 1 : count / 2;
        long right = newPage(level);
        int separator = entries.keyOffset(middle);
        int separatorBytes = entries.keyBytes(middle);
        int known = entries.commonPrefix(middle - 1, middle);
        if (level == 0) {
            leafCount++;
            separatorBytes = known + 1;
            entries.store(pages, right, level, middle, count, isAppend ? known : Integer.MAX_VALUE);
        } else {
            entries.store(pages, right, level, middle + 1, count, Integer.MAX_VALUE);
        }
        entries.store(pages, page, level, 0, middle, Integer.MAX_VALUE);
        if (level == height) {
            growRoot(page);
        }
        MemorySegment.copy(entries.bytes(), separator, separatorKey, 0, separatorBytes);
        insertAt(
                level + 1,
                pathIndexes[level + 1],
                separatorKey,
                0,
                separatorBytes,
                separatorKey,
                0,
                -1,
                right / NodePage.PAGE_BYTES);
    }

    private boolean isRightmost(int level) {
        for (int above = level + 1; above <= height; above++) {
            if (pathIndexes[above] < NodePage.count(pages, pathPages[above])) {
                return false;
            }
        }
        return true;
    }

    private void growRoot(long left) {
        height++;
        root = newPage(height);
        NodePage.putChild(
                pages, NodePage.childReference(pages, root, 0), left / NodePage.PAGE_BYTES);
        pathPages[height] = root;
        pathIndexes[height] = 0;
    }
}
