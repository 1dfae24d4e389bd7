package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Lookups from a root. Stateless; nothing is allocated but the arrays that are returned.
 *
 * <p>What a lookup returns may be rubbish, exceptions included, when the root's pages were recycled
 * meanwhile: the caller checks its handle afterwards.
 */
public final class TreeReader {
    /** What {@link #find} returns for a key that is not there. */
    public static final long ABSENT = -1;

    private TreeReader() {}

    /** {@return where an entry is: its page and index in one number, or {@link #ABSENT}} */
    public static long find(PageMap pages, TreeRoot root, byte[] key, int keyBytes) {
        if (root.isEmpty()) {
            return ABSENT;
        }
        long pageId = root.pageId();
        long birth = root.birth();
        int level = -1;
        int pageBytes = pages.pageBytes();
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                return findInLeaf(pages, s, pageId, key, keyBytes);
            }
            int child = BranchPage.childFor(s, page, pageBytes, key, keyBytes, pages);
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }

    private static long findInLeaf(
            PageMap pages, MemorySegment s, long pageId, byte[] key, int keyBytes) {
        long page = pages.position(pageId);
        int at = SlottedPage.candidate(s, page, key, keyBytes);
        if (at < 0) {
            return ABSENT;
        }
        int pageBytes = pages.pageBytes();
        int ahead = SlottedPage.touchEntry(s, page, pageBytes, at);
        int index = SlottedPage.confirm(s, page, pageBytes, key, keyBytes, pages, at);
        boolean isThere = index >= 0 && PageMap.isLoaded(pageId, ahead);
        return isThere ? pageId << 16 | index : ABSENT;
    }

    /**
     * {@return as {@link #find}, but {@link #ABSENT} for an entry that has expired}
     *
     * @param clock is asked where the entry has a deadline, and only there
     */
    public static long findLive(
            PageMap pages, TreeRoot root, byte[] key, int keyBytes, LongSupplier clock) {
        long found = find(pages, root, key, keyBytes);
        boolean isGone = found != ABSENT && root.mayExpire() && isExpired(pages, found, clock);
        return isGone ? ABSENT : found;
    }

    /** {@return whether the entry at a place that {@link #find} returned has expired} */
    public static boolean isExpired(PageMap pages, long found, LongSupplier clock) {
        long deadline = deadline(pages, found);
        return deadline != LeafPage.NO_DEADLINE && clock.getAsLong() >= deadline;
    }

    /**
     * {@return the deadline of the entry at a place that {@link #find} returned, or {@link
     * LeafPage#NO_DEADLINE}}
     */
    public static long deadline(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        return LeafPage.deadline(
                s, pages.position(pageId), pages.pageBytes(), (int) found & 0xFFFF);
    }

    /**
     * {@return the length of the value at a place that {@link #find} returned}
     *
     * @throws CorruptStoreException when no value can have it
     */
    public static long valueBytes(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        return valueBytes(s, pages.position(pageId), pages.pageBytes(), (int) found & 0xFFFF);
    }

    static long valueBytes(MemorySegment s, long page, int pageBytes, int index) {
        long bytes = LeafPage.valueBytes(s, page, pageBytes, index);
        boolean isOverflow = LeafPage.isOverflow(s, page, index);
        return requireLength(s, page, bytes, isOverflow ? PageSize.MAX_VALUE_BYTES : pageBytes);
    }

    private static long requireLength(MemorySegment s, long page, long bytes, long max) {
        if (bytes < 0 || bytes > max) {
            throw new CorruptStoreException(
                    PageHeader.pageId(s, page), "length of a value", "at most " + max, bytes);
        }
        return bytes;
    }

    /** {@return a copy of the value at a place that {@link #find} returned} */
    public static byte[] value(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        return value(pages, s, pages.position(pageId), (int) found & 0xFFFF);
    }

    static byte[] value(PageMap pages, MemorySegment s, long page, int index) {
        if (LeafPage.isOverflow(s, page, index)) {
            byte[] value = new byte[(int) checkedBytes(pages, s, page, index)];
            copyRun(pages, s, page, index, value, 0);
            return value;
        }
        int pageBytes = pages.pageBytes();
        long field = LeafPage.inlineValue(s, page, pageBytes, index);
        byte[] value = new byte[(int) requireLength(s, page, Bytes.varint(s, field), pageBytes)];
        MemorySegment.copy(s, Bytes.U8, Bytes.skipVarint(s, field), value, 0, value.length);
        return value;
    }

    /** A length that the caller may allocate: a damaged one could be that of all memory. */
    private static long checkedBytes(PageMap pages, MemorySegment s, long page, int index) {
        long bytes = valueBytes(s, page, pages.pageBytes(), index);
        if (LeafPage.isOverflow(s, page, index)) {
            long run = LeafPage.valueRun(s, page, pages.pageBytes(), index);
            requireRunInFile(pages, Reference.pageId(Reference.word(s, run)), bytes);
        }
        return bytes;
    }

    static void requireRunInFile(PageMap pages, long first, long bytes) {
        long pagesInFile = pages.mappedBytes() / pages.pageBytes();
        long room = (pagesInFile - first) * pages.pageBytes();
        if (first >= pagesInFile || bytes > room) {
            throw new CorruptStoreException(
                    first, "length of an overflow run", "inside the file", bytes);
        }
    }

    /**
     * Copies the value at a place that {@link #find} returned.
     *
     * @return its length; when it is longer than the room in the target, nothing was copied
     */
    public static long copyValue(PageMap pages, long found, byte[] target, int at) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        return copyValue(pages, s, pages.position(pageId), (int) found & 0xFFFF, target, at);
    }

    static long copyValue(
            PageMap pages, MemorySegment s, long page, int index, byte[] target, int at) {
        int pageBytes = pages.pageBytes();
        if (LeafPage.isOverflow(s, page, index)) {
            return copyRun(pages, s, page, index, target, at);
        }
        long field = LeafPage.inlineValue(s, page, pageBytes, index);
        long bytes = requireLength(s, page, Bytes.varint(s, field), pageBytes);
        if (bytes <= target.length - at) {
            MemorySegment.copy(s, Bytes.U8, Bytes.skipVarint(s, field), target, at, (int) bytes);
        }
        return bytes;
    }

    private static long copyRun(
            PageMap pages, MemorySegment s, long page, int index, byte[] target, int at) {
        long bytes = checkedBytes(pages, s, page, index);
        if (bytes <= target.length - at) {
            long run = LeafPage.valueRun(s, page, pages.pageBytes(), index);
            long first = Reference.pageId(Reference.word(s, run));
            long birth = Reference.birth(s, run);
            OverflowRun.copy(pages, first, birth, (int) bytes, target, at);
        }
        return bytes;
    }

    /**
     * Copies the value at a place that {@link #find} returned.
     *
     * @return its length; when it is longer than the room in the target, nothing was copied
     */
    public static long copyValue(PageMap pages, long found, MemorySegment target, long at) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        int index = (int) found & 0xFFFF;
        int pageBytes = pages.pageBytes();
        long bytes = checkedBytes(pages, s, page, index);
        if (bytes > target.byteSize() - at) {
            return bytes;
        }
        if (LeafPage.isOverflow(s, page, index)) {
            long run = LeafPage.valueRun(s, page, pageBytes, index);
            long first = Reference.pageId(Reference.word(s, run));
            OverflowRun.copy(pages, first, Reference.birth(s, run), bytes, target, at);
        } else {
            long field = LeafPage.inlineValue(s, page, pageBytes, index);
            MemorySegment.copy(s, Bytes.skipVarint(s, field), target, at, bytes);
        }
        return bytes;
    }

    /**
     * {@return the position of the reference to the overflow run of the value at a place, in its
     * page's segment, or -1 where the value is inline} The run lies in the file.
     */
    public static long run(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        int index = (int) found & 0xFFFF;
        checkedBytes(pages, s, page, index);
        return LeafPage.isOverflow(s, page, index)
                ? LeafPage.valueRun(s, page, pages.pageBytes(), index)
                : -1;
    }

    /** {@return the position of the bytes of the inline value at a place, in its page's segment} */
    public static long inlineValue(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        int index = (int) found & 0xFFFF;
        return Bytes.skipVarint(s, LeafPage.inlineValue(s, page, pages.pageBytes(), index));
    }

    /** {@return a copy of the key at a place that {@link #find} returned} */
    public static byte[] key(PageMap pages, long found) {
        long pageId = found >>> 16;
        MemorySegment s = pages.segment(pageId);
        return key(pages, s, pages.position(pageId), (int) found & 0xFFFF);
    }

    /** {@return a copy of key {@code index} of a page, its run included} */
    static byte[] key(PageMap pages, MemorySegment s, long page, int index) {
        int keyBytes = SlottedPage.keyBytes(s, page, index);
        byte[] key = new byte[keyBytes];
        readKey(pages, s, page, index, key);
        return key;
    }

    /**
     * Copies key {@code index} of a page into {@code target}, its run included.
     *
     * @return its length
     */
    static int readKey(PageMap pages, MemorySegment s, long page, int index, byte[] target) {
        int pageBytes = pages.pageBytes();
        int keyBytes = SlottedPage.key(s, page, pageBytes, index, target);
        long run = SlottedPage.keyRun(s, page, pageBytes, index);
        if (run >= 0) {
            byte[] tail = OverflowRun.readKeyTail(pages, s, run);
            int expected = keyBytes - PageSize.inlineKeyBytes(pageBytes);
            if (tail.length != expected) {
                throw new CorruptStoreException(
                        PageHeader.pageId(s, page), "length of a key run", expected, tail.length);
            }
            System.arraycopy(tail, 0, target, keyBytes - tail.length, tail.length);
        }
        return keyBytes;
    }

    /** {@return how many keys of the tree are below {@code key}} */
    public static long rank(PageMap pages, TreeRoot root, byte[] key, int keyBytes) {
        if (root.isEmpty()) {
            return 0;
        }
        long rank = 0;
        long pageId = root.pageId();
        long birth = root.birth();
        int level = -1;
        int pageBytes = pages.pageBytes();
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                int index = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
                return rank + (index < 0 ? -1 - index : index);
            }
            int child = BranchPage.childFor(s, page, pageBytes, key, keyBytes, pages);
            for (int i = 0; i < child; i++) {
                rank += Reference.count(s, BranchPage.child(s, page, i));
            }
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }

    /**
     * {@return the key with {@code rank} keys below it} Requires: 0 &lt;= rank &lt; root.count().
     */
    public static byte[] keyAt(PageMap pages, TreeRoot root, long rank) {
        return key(pages, placeAt(pages, root, rank));
    }

    /**
     * {@return where the entry with {@code rank} keys below it is} Requires: 0 &lt;= rank &lt;
     * root.count().
     */
    public static long placeAt(PageMap pages, TreeRoot root, long rank) {
        long rest = rank;
        long pageId = root.pageId();
        long birth = root.birth();
        int level = -1;
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                if (rest >= PageHeader.count(s, page)) {
                    throw new CorruptStoreException(
                            pageId,
                            "entries of a leaf",
                            "more than " + rest,
                            PageHeader.count(s, page));
                }
                return pageId << 16 | rest;
            }
            int child = 0;
            int last = BranchPage.children(s, page) - 1;
            long count = Reference.count(s, BranchPage.child(s, page, 0));
            while (rest >= count && child < last) {
                rest -= count;
                count = Reference.count(s, BranchPage.child(s, page, ++child));
            }
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }
}
