package dev.coppice.engine.btree;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A separator on its way from a page that was split to the branch above: the bytes, and the run of
 * a long one where it exists already. Reused; its arrays grow to the longest key met.
 *
 * <p>Thread safety: one writer.
 */
final class Separator {
    private byte[] bytes;
    private byte[] other;
    private int length;
    private boolean hasRun;
    private long runWord;
    private long runBirth;
    private long runBytes;

    Separator(PageSize pageSize) {
        bytes = new byte[pageSize.inlineKeyBytes() + 1];
        other = new byte[pageSize.inlineKeyBytes() + 1];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** {@return whether the separator came from a branch together with its run} */
    boolean hasRun() {
        return hasRun;
    }

    void putRun(MemorySegment s, long position) {
        Reference.put(s, position, runWord, runBirth, runBytes);
    }

    /**
     * Becomes the shortest string above key {@code left} of one page and not above {@code right}.
     */
    void between(
            PageMap pages,
            MemorySegment ls,
            long leftPage,
            int left,
            MemorySegment rs,
            long rightPage,
            int right) {
        int leftBytes = readOther(pages, ls, leftPage, left);
        int rightBytes = read(pages, rs, rightPage, right);
        shorten(leftBytes, rightBytes);
    }

    /** Becomes the shortest string above key {@code left} of a page and not above {@code key}. */
    void between(PageMap pages, MemorySegment s, long page, int left, byte[] key, int keyBytes) {
        int leftBytes = readOther(pages, s, page, left);
        if (bytes.length < keyBytes) {
            bytes = new byte[keyBytes];
        }
        System.arraycopy(key, 0, bytes, 0, keyBytes);
        shorten(leftBytes, keyBytes);
    }

    private void shorten(int leftBytes, int rightBytes) {
        int shared = Bytes.commonPrefix(other, leftBytes, bytes, rightBytes);
        if (shared >= rightBytes) {
            throw new CorruptStoreException(-1, "a page cannot be split: keys out of order");
        }
        length = shared + 1;
        hasRun = false;
    }

    /** Becomes separator {@code index} of a branch, with the run that the branch owned. */
    void take(PageMap pages, MemorySegment s, long page, int index) {
        length = read(pages, s, page, index);
        long run = SlottedPage.keyRun(s, page, pages.pageBytes(), index);
        hasRun = run >= 0;
        if (hasRun) {
            runWord = Reference.word(s, run);
            runBirth = Reference.birth(s, run);
            runBytes = Reference.count(s, run);
        }
    }

    private int read(PageMap pages, MemorySegment s, long page, int index) {
        bytes = roomFor(bytes, SlottedPage.keyBytes(s, page, index));
        return TreeReader.readKey(pages, s, page, index, bytes);
    }

    private int readOther(PageMap pages, MemorySegment s, long page, int index) {
        other = roomFor(other, SlottedPage.keyBytes(s, page, index));
        return TreeReader.readKey(pages, s, page, index, other);
    }

    private static byte[] roomFor(byte[] array, int length) {
        return array.length >= length ? array : Arrays.copyOf(array, length);
    }
}
