package dev.coppice.engine.page;

import java.lang.foreign.MemorySegment;

/** Separators and child references of a branch. A branch with n keys has n + 1 children. */
public final class BranchPage {
    private BranchPage() {}

    /** {@return the number of children} */
    public static int children(MemorySegment s, long page) {
        return PageHeader.count(s, page) + 1;
    }

    /** {@return the position of the reference to child {@code index}} */
    public static long child(MemorySegment s, long page, int index) {
        return SlottedPage.references(s, page) + (long) Reference.BYTES * index;
    }

    /** {@return the child whose range holds the key} */
    public static int childFor(
            MemorySegment s, long page, int pageBytes, byte[] key, int keyBytes, PageMap pages) {
        int found = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
        return found >= 0 ? found + 1 : -1 - found;
    }

    /** Makes a branch without separators over one child. */
    public static void init(
            MemorySegment s, long page, int level, long pageId, long birth, int family) {
        PageHeader.init(s, page, PageHeader.BRANCH, level, 0, pageId, birth, family, 0);
        s.set(Bytes.U32, page + SlottedPage.HEAP_BYTES_OFFSET, 0);
    }

    /** {@return bytes that a separator takes in a page, with head, slot and child} */
    public static int size(int keyBytes, int prefixBytes, int pageBytes) {
        return SlottedPage.HEAD_BYTES
                + SlottedPage.SLOT_BYTES
                + Reference.BYTES
                + SlottedPage.entrySize(keyBytes, prefixBytes, pageBytes, false, 0);
    }

    /** {@return whether a separator and a child fit without a rebuild} */
    public static boolean fits(MemorySegment s, long page, int pageBytes, int keyBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        return size(keyBytes, prefix, pageBytes) <= SlottedPage.gapBytes(s, page, pageBytes);
    }

    /**
     * Replaces separator {@code index} by another without a run.
     *
     * <p>Requires: neither is long; the new one shares the prefix.
     *
     * @return whether the gap had room for it; if not, nothing was changed
     */
    public static boolean replace(
            MemorySegment s, long page, int pageBytes, int index, byte[] key, int keyBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        int bytes = SlottedPage.entrySize(keyBytes, prefix, pageBytes, false, 0);
        if (bytes > SlottedPage.gapBytes(s, page, pageBytes)) {
            return false;
        }
        SlottedPage.releaseEntry(s, page, pageBytes, index);
        SlottedPage.openEntry(s, page, pageBytes, index, key, keyBytes, 0, bytes);
        return true;
    }

    /**
     * Inserts separator {@code index} and opens child {@code index + 1}, whose reference the caller
     * writes. Requires: {@link #fits}; the separator shares the prefix.
     *
     * @return the position of the reference to the separator's run, to be written for long ones
     */
    public static long insert(
            MemorySegment s, long page, int pageBytes, int index, byte[] key, int keyBytes) {
        int prefix = PageHeader.prefixBytes(s, page);
        int bytes = SlottedPage.entrySize(keyBytes, prefix, pageBytes, false, 0);
        SlottedPage.openArrays(s, page, index);
        return SlottedPage.openEntry(s, page, pageBytes, index, key, keyBytes, 0, bytes);
    }

    /** Removes separator {@code index} and child {@code child}, one of its two neighbours. */
    public static void remove(MemorySegment s, long page, int pageBytes, int index, int child) {
        assert child == index || child == index + 1 : child;
        SlottedPage.releaseEntry(s, page, pageBytes, index);
        SlottedPage.closeArrays(s, page, index, child);
    }

    /** {@return the entries below the page, from its references} */
    public static long entries(MemorySegment s, long page) {
        long sum = 0;
        int children = children(s, page);
        for (int i = 0; i < children; i++) {
            sum += Reference.count(s, child(s, page, i));
        }
        return sum;
    }
}
