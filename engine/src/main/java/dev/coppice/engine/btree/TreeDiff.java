package dev.coppice.engine.btree;

import dev.coppice.engine.page.PageMap;
import java.util.Arrays;

/**
 * What differs between two trees, in the order of the keys. It reads the pages that one of the two
 * has and the other has not, and those above them: what both share is skipped.
 *
 * <p>Thread safety: one thread. Lifetime: as long as the pages of both roots are pinned.
 */
public final class TreeDiff {
    /*
     * Both sides are walked in the order of keys, as in a merge. A page that was committed never
     * changes, so that two references to one id and birth are to the same entries: both sides go on
     * behind it. Where they differ, the one that begins further down is opened, or the one that is
     * higher, so that trees of different height, and trees whose pages were split or merged in
     * between, come to the pages that they share at the same time. A wrong guess costs a visit and
     * never an entry: what decides is the comparison of keys.
     */
    private final DiffSide before;
    private final DiffSide after;
    private Kind kind;

    /** How an entry differs. */
    public enum Kind {
        /** The second tree has it, the first has not. */
        INSERTED,

        /** Both have it, with another value or deadline. */
        UPDATED,

        /** The first tree has it, the second has not. */
        DELETED
    }

    /**
     * Stands before the first difference.
     *
     * @param visiting called before each page that is read
     */
    public TreeDiff(
            PageMap pagesBefore,
            TreeRoot rootBefore,
            PageMap pagesAfter,
            TreeRoot rootAfter,
            Runnable visiting) {
        this.before = new DiffSide(pagesBefore, rootBefore, visiting);
        this.after = new DiffSide(pagesAfter, rootAfter, visiting);
    }

    /** {@return how the entry differs that it stands on} */
    public Kind kind() {
        return kind;
    }

    /** {@return the entry in the first tree} Requires: it is there. */
    public DiffSide before() {
        return before;
    }

    /** {@return the entry in the second tree} Requires: it is there. */
    public DiffSide after() {
        return after;
    }

    /** {@return pages that were read so far, those of large values and long keys aside} */
    public long visits() {
        return before.visits() + after.visits();
    }

    /** Goes to the next difference; returns whether there is one. */
    public boolean next() {
        if (kind != null) {
            leave();
        }
        while (before.at() != DiffSide.At.END || after.at() != DiffSide.At.END) {
            kind = step();
            if (kind != null) {
                return true;
            }
        }
        return false;
    }

    private void leave() {
        if (kind != Kind.INSERTED) {
            before.advance();
        }
        if (kind != Kind.DELETED) {
            after.advance();
        }
        kind = null;
    }

    /** {@return the difference that it has come to, or null after a step without one} */
    private Kind step() {
        boolean opensBefore = before.at() == DiffSide.At.SUBTREE;
        boolean opensAfter = after.at() == DiffSide.At.SUBTREE;
        if (opensBefore && opensAfter) {
            stepSubtrees();
            return null;
        }
        if (opensBefore) {
            return stepSubtree(before, after, Kind.INSERTED);
        }
        if (opensAfter) {
            return stepSubtree(after, before, Kind.DELETED);
        }
        return stepEntries();
    }

    private void stepSubtrees() {
        if (before.isSameSubtree(after)) {
            before.advance();
            after.advance();
            return;
        }
        int order = compareBounds(before.low(), after.low());
        if (order == 0) {
            order = Integer.compare(after.level(), before.level());
        }
        if (order <= 0) {
            before.open();
        }
        if (order >= 0) {
            after.open();
        }
    }

    /** Bounds below which a subtree has nothing, null for none. */
    private static int compareBounds(byte[] one, byte[] other) {
        if (one == null || other == null) {
            return Boolean.compare(one != null, other != null);
        }
        return Arrays.compareUnsigned(one, other);
    }

    /**
     * @param kindOfOther what an entry of the other side is that the subtree does not reach down to
     */
    private static Kind stepSubtree(DiffSide subtree, DiffSide other, Kind kindOfOther) {
        if (other.at() == DiffSide.At.ENTRY && other.compareKey(subtree.low()) < 0) {
            return kindOfOther;
        }
        subtree.open();
        return null;
    }

    private Kind stepEntries() {
        if (before.at() == DiffSide.At.END) {
            return Kind.INSERTED;
        }
        if (after.at() == DiffSide.At.END) {
            return Kind.DELETED;
        }
        int order = before.compareKey(after);
        if (order != 0) {
            return order < 0 ? Kind.DELETED : Kind.INSERTED;
        }
        if (!before.isSameEntry(after)) {
            return Kind.UPDATED;
        }
        before.advance();
        after.advance();
        return null;
    }
}
