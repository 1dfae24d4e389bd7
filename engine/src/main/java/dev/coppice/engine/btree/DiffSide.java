package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.LeafImage;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One of the two trees that a {@link TreeDiff} compares. It stands before a subtree that has not
 * been opened, on an entry, or at the end.
 *
 * <p>Thread safety: one thread. Lifetime: as long as the root's pages are pinned.
 */
public final class DiffSide {
    private static final int SHALLOW = 8;
    private static final int NONE = -1;

    /** Values are compared in such pieces, whole chunks of a run. */
    private static final int PIECE_BYTES = 16 * Checksum.CHUNK_BYTES;

    /** Where it stands. */
    enum At {
        SUBTREE,
        ENTRY,
        END
    }

    private final PageMap pages;
    private final Runnable visiting;
    private final LeafImage leaf;
    private long visits;

    // The branches above, each with its lower bound and the child that was gone to.
    private long[] branchIds = new long[SHALLOW];
    private byte[][] lows = new byte[SHALLOW][];
    private int[] children = new int[SHALLOW];
    private int depth;

    private At at = At.END;

    // The subtree before which it stands.
    private long pageId;
    private long birth;
    private int level;

    // The entry on which it stands.
    private int index;
    private int keyIndex = NONE;
    private byte[] key = new byte[64];

    /**
     * Stands before a tree.
     *
     * @param visiting called before each page that is read
     */
    DiffSide(PageMap pages, TreeRoot root, Runnable visiting) {
        this.pages = pages;
        this.visiting = visiting;
        this.leaf = new LeafImage(pages.pageBytes());
        if (!root.isEmpty()) {
            at = At.SUBTREE;
            pageId = root.pageId();
            birth = root.birth();
            level = NONE;
        }
    }

    At at() {
        return at;
    }

    long visits() {
        return visits;
    }

    int level() {
        return level;
    }

    /** {@return whether both stand before the same pages} */
    boolean isSameSubtree(DiffSide other) {
        return pageId == other.pageId && birth == other.birth;
    }

    /** {@return a key that none of the subtree is below, or null where there is no such bound} */
    byte[] low() {
        if (depth == 0) {
            return null;
        }
        int child = children[depth - 1];
        if (child == 0) {
            return lows[depth - 1];
        }
        long branch = branchIds[depth - 1];
        return TreeReader.key(pages, pages.segment(branch), pages.position(branch), child - 1);
    }

    /** Goes into the subtree: before its first child, or onto its first entry. */
    void open() {
        visiting.run();
        visits++;
        MemorySegment s = pages.visit(pageId, birth, level);
        long page = pages.position(pageId);
        if (PageHeader.level(s, page) > 0) {
            byte[] low = low();
            if (depth == branchIds.length) {
                branchIds = Arrays.copyOf(branchIds, 2 * depth);
                lows = Arrays.copyOf(lows, 2 * depth);
                children = Arrays.copyOf(children, 2 * depth);
            }
            branchIds[depth] = pageId;
            lows[depth] = low;
            depth++;
            standBefore(0);
        } else {
            leaf.load(s, page);
            keyIndex = NONE;
            at = At.ENTRY;
            index = NONE;
            advance();
        }
    }

    private void standBefore(int child) {
        long branch = branchIds[depth - 1];
        MemorySegment s = pages.segment(branch);
        long page = pages.position(branch);
        long reference = BranchPage.child(s, page, child);
        children[depth - 1] = child;
        pageId = Reference.pageId(Reference.word(s, reference));
        birth = Reference.birth(s, reference);
        level = PageHeader.level(s, page) - 1;
        at = At.SUBTREE;
    }

    /** Goes on, behind the entry or the subtree. */
    void advance() {
        if (at == At.ENTRY && index + 1 < leaf.count()) {
            index++;
            return;
        }
        at = At.END;
        while (depth > 0 && at == At.END) {
            long branch = branchIds[depth - 1];
            int next = children[depth - 1] + 1;
            if (next < BranchPage.children(pages.segment(branch), pages.position(branch))) {
                standBefore(next);
            } else {
                depth--;
            }
        }
    }

    /** {@return the order of this entry's key and a bound, which may be null: before all} */
    int compareKey(byte[] bound) {
        if (bound == null) {
            return 1;
        }
        int keyBytes = loadKey();
        return Arrays.compareUnsigned(key, 0, keyBytes, bound, 0, bound.length);
    }

    /** {@return the order of this entry's key and another's} */
    int compareKey(DiffSide other) {
        int keyBytes = loadKey();
        int otherBytes = other.loadKey();
        return Arrays.compareUnsigned(key, 0, keyBytes, other.key, 0, otherBytes);
    }

    private int loadKey() {
        int keyBytes = leaf.keyBytes(index);
        if (keyIndex != index) {
            if (key.length < keyBytes) {
                key = new byte[Math.max(keyBytes, 2 * key.length)];
            }
            leaf.copyWholeKey(index, pages, key, 0);
            keyIndex = index;
        }
        return keyBytes;
    }

    /** {@return a copy of the key} */
    public byte[] key() {
        int keyBytes = loadKey();
        return Arrays.copyOf(key, keyBytes);
    }

    /** {@return the deadline, or {@link dev.coppice.engine.page.LeafPage#NO_DEADLINE}} */
    public long deadline() {
        return leaf.deadline(index);
    }

    /** {@return the length of the value} */
    public long valueBytes() {
        return leaf.valueBytes(index);
    }

    /** {@return a copy of the value} */
    public byte[] value() {
        long bytes = leaf.valueBytes(index);
        if (leaf.isOverflow(index)) {
            TreeReader.requireRunInFile(pages, leaf.valueRunPage(index), bytes);
        }
        byte[] value = new byte[(int) bytes];
        copy(0, value, value.length);
        return value;
    }

    private void copy(long from, byte[] target, int length) {
        if (leaf.isOverflow(index)) {
            long first = leaf.valueRunPage(index);
            long born = leaf.valueRunBirth(index);
            OverflowRun.read(pages, first, born, leaf.valueBytes(index), from, target, 0, length);
        } else {
            System.arraycopy(leaf.bytes(), leaf.valueOffset(index) + (int) from, target, 0, length);
        }
    }

    /** {@return whether both entries have the same value and the same deadline} */
    boolean isSameEntry(DiffSide other) {
        long bytes = valueBytes();
        if (deadline() != other.deadline() || bytes != other.valueBytes()) {
            return false;
        }
        boolean isInRun = leaf.isOverflow(index);
        boolean isOtherInRun = other.leaf.isOverflow(other.index);
        if (!isInRun && !isOtherInRun) {
            int from = leaf.valueOffset(index);
            int otherFrom = other.leaf.valueOffset(other.index);
            int length = (int) bytes;
            return Arrays.equals(
                    leaf.bytes(),
                    from,
                    from + length,
                    other.leaf.bytes(),
                    otherFrom,
                    otherFrom + length);
        }
        boolean isSameRun =
                isInRun
                        && isOtherInRun
                        && leaf.valueRunPage(index) == other.leaf.valueRunPage(other.index)
                        && leaf.valueRunBirth(index) == other.leaf.valueRunBirth(other.index);
        return isSameRun || isSameValue(other, bytes);
    }

    private boolean isSameValue(DiffSide other, long bytes) {
        int size = (int) Math.min(bytes, PIECE_BYTES);
        byte[] mine = new byte[size];
        byte[] theirs = new byte[size];
        for (long from = 0; from < bytes; from += size) {
            int length = (int) Math.min(size, bytes - from);
            copy(from, mine, length);
            other.copy(from, theirs, length);
            if (!Arrays.equals(mine, 0, length, theirs, 0, length)) {
                return false;
            }
        }
        return true;
    }
}
