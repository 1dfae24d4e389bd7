package dev.coppice.engine.btree;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Rebuilds of own pages, and the prefixes they get.
 *
 * <p>Thread safety: one writer.
 */
final class Rebuild {
    private final WriteSet writes;
    private final PageBuilder builder;
    private final int pageBytes;
    private final int maxPrefixBytes;
    private final byte[] first;
    private final byte[] last;

    Rebuild(WriteSet writes, PageBuilder builder) {
        this.writes = writes;
        this.builder = builder;
        this.pageBytes = writes.pageSize().bytes();
        this.maxPrefixBytes = writes.pageSize().maxPrefixBytes();
        this.first = new byte[writes.pageSize().inlineKeyBytes()];
        this.last = new byte[writes.pageSize().inlineKeyBytes()];
    }

    PageBuilder builder() {
        return builder;
    }

    /** {@return the bytes of the prefix that the last call of a prefix method found} */
    byte[] prefix() {
        return first;
    }

    /** {@return length of the prefix shared by two keys, perhaps of different pages} */
    int prefixBytes(
            MemorySegment fs,
            long firstPage,
            int firstIndex,
            MemorySegment ls,
            long lastPage,
            int lastIndex) {
        int firstBytes = SlottedPage.key(fs, firstPage, pageBytes, firstIndex, first);
        int lastBytes = SlottedPage.key(ls, lastPage, pageBytes, lastIndex, last);
        int old =
                Math.min(
                        PageHeader.prefixBytes(fs, firstPage),
                        PageHeader.prefixBytes(ls, lastPage));
        return steady(shared(firstBytes, last, lastBytes), old);
    }

    /**
     * {@return the length of a prefix that keys share, or the one they had, if that is one byte
     * shorter: heads tell the keys apart nearly as well, and no entry has to be cut elsewhere}
     */
    private static int steady(int shared, int old) {
        return shared - old == 1 ? old : shared;
    }

    /** {@return length of the prefix shared by a key of a page and another key} */
    int prefixBytes(MemorySegment s, long page, int index, byte[] key, int keyBytes) {
        int firstBytes = SlottedPage.key(s, page, pageBytes, index, first);
        return shared(firstBytes, key, keyBytes);
    }

    /** {@return length of the prefix that all keys of a page would share with another key} */
    int prefixBytes(MemorySegment s, long page, byte[] key, int keyBytes) {
        int count = PageHeader.count(s, page);
        if (count == 0) {
            boolean isKept = SlottedPage.sharesPrefix(s, page, key, keyBytes);
            return isKept ? PageHeader.prefixBytes(s, page) : 0;
        }
        int shared = prefixBytes(s, page, 0, s, page, count - 1);
        return Math.min(shared, prefixBytes(s, page, 0, key, keyBytes));
    }

    private int shared(int firstBytes, byte[] key, int keyBytes) {
        int limit = Math.min(firstBytes, first.length);
        int shared = Bytes.commonPrefix(first, limit, key, Math.min(keyBytes, first.length));
        return Math.min(shared, maxPrefixBytes);
    }

    /**
     * {@return length of the prefix that the keys [from, to) of a page share}
     *
     * <p>One key alone keeps the page's prefix: its own bytes would be broken by the next one.
     */
    int prefixBytes(MemorySegment s, long page, int from, int to) {
        int shared = prefixBytes(s, page, from, s, page, to - 1);
        return to - from == 1 ? Math.min(shared, PageHeader.prefixBytes(s, page)) : shared;
    }

    /**
     * {@return bytes of a page with entries [from, to) of another under a prefix}
     *
     * @param isExt whether its entries will have a flags byte; must be true if one of them has a
     *     flag
     */
    int bytes(MemorySegment s, long page, int from, int to, int prefixBytes, boolean isExt) {
        return SlottedPage.PREFIX_OFFSET
                + prefixBytes
                + flagBytes(s, page, isExt) * (to - from)
                + PageBuilder.bytes(s, page, pageBytes, from, to, prefixBytes);
    }

    /** {@return bytes that each entry of a page grows by, -1 to 1} */
    private static int flagBytes(MemorySegment s, long page, boolean isExt) {
        return (isExt ? 1 : 0) - (SlottedPage.isExt(s, page) ? 1 : 0);
    }

    /** Rebuilds an own page in place with another prefix or entries with flags. */
    void inPlace(long pageId, int prefixBytes, boolean isExt) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        int count = PageHeader.count(s, page);
        if (count > 0) {
            SlottedPage.key(s, page, pageBytes, 0, first);
        } else {
            SlottedPage.prefix(s, page, first, prefixBytes);
        }
        MemorySegment stash = builder.stash();
        long copy = builder.stash(s, page);
        try {
            long birth = PageHeader.birth(s, page);
            builder.begin(s, page, stash, copy, isExt, pageId, birth, count, first, prefixBytes);
            builder.addAll(stash, copy, 0, count);
            if (PageHeader.type(s, page) == PageHeader.BRANCH) {
                builder.addChildren(stash, copy, 0, count + 1, 0);
            }
        } finally {
            builder.unstash();
        }
    }
}
