package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageBuilder;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Makes room by splitting a page, or by moving entries to a neighbour that the transaction changed
 * already: that costs no page, and fills leaves to 0.83 instead of 0.70 in a random load.
 *
 * <p>Thread safety: one writer.
 */
final class PageSplit {
    private final WriteSet writes;
    private final Rebuild rebuild;
    private final BranchEditor branches;
    private final PageBuilder builder;
    private final Separator separator;
    private final int pageBytes;

    /** The leaf that the last split has started for the key alone, 0 where it did not. */
    private long started;

    PageSplit(WriteSet writes, Rebuild rebuild, BranchEditor branches) {
        this.writes = writes;
        this.rebuild = rebuild;
        this.branches = branches;
        this.builder = rebuild.builder();
        this.separator = new Separator(writes.pageSize());
        this.pageBytes = writes.pageSize().bytes();
    }

    /**
     * Splits the leaf of a path, or the topmost branch that has to be split before it can be.
     *
     * @param index where the key belongs in the leaf
     * @return whether the path leads to the leaf of the key now; if not, it is not valid any more
     */
    boolean split(TreeRoot root, WritePath path, byte[] key, int keyBytes, int index) {
        started = 0;
        int at = path.depth();
        while (!trySplit(root, path, at, key, keyBytes, index)) {
            at--;
        }
        if (started == 0) {
            return false;
        }
        path.turnToNext(started);
        return true;
    }

    /** {@return whether it was split; if not, its parent must be first} */
    private boolean trySplit(
            TreeRoot root, WritePath path, int at, byte[] key, int keyBytes, int index) {
        if (at == 0) {
            growRoot(root);
            return true;
        }
        PageMap pages = writes.pages();
        long pageId = path.pageId(at);
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        int count = PageHeader.count(s, page);
        boolean isLeaf = PageHeader.level(s, page) == 0;
        boolean isAppend = path.isRightEdge() && (!isLeaf || index == count);
        int cut;
        if (!isLeaf) {
            cut = isAppend ? count - 1 : middle(s, page, count);
            separator.take(pages, s, page, cut);
        } else if (isAppend) {
            cut = count;
            separator.between(pages, s, page, count - 1, key, keyBytes);
        } else {
            cut = middle(s, page, count);
            separator.between(pages, s, page, cut - 1, s, page, cut);
        }
        long parent = path.pageId(at - 1);
        if (!branches.makeRoom(parent, separator)) {
            return false;
        }
        long right = writes.allocate();
        int child = path.child(at - 1);
        if (branches.insert(parent, child, separator)) {
            path.addFlags(root, at - 1, Reference.HAS_OVERFLOW);
        }
        if (!isLeaf) {
            splitBranch(pageId, right, cut, count);
        } else if (isAppend) {
            startLeaf(pageId, right, key, keyBytes);
            started = right;
        } else {
            splitLeaf(pageId, right, cut, count);
        }
        setReferences(parent, child, pageId, right, isLeaf);
        return true;
    }

    private void growRoot(TreeRoot root) {
        PageMap pages = writes.pages();
        long old = root.pageId();
        int level = PageHeader.level(pages.segment(old), pages.position(old)) + 1;
        long pageId = writes.allocate();
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        BranchPage.init(s, page, level, pageId, writes.id(), root.family());
        long reference = BranchPage.child(s, page, 0);
        Reference.put(s, reference, root.word(), root.birth(), root.count());
        root.page(pageId, writes.id());
    }

    /** {@return the index, from 1 to count - 1, that halves the bytes of a page best} */
    private int middle(MemorySegment s, long page, int count) {
        int prefix = PageHeader.prefixBytes(s, page);
        int half = PageBuilder.bytes(s, page, pageBytes, 0, count, prefix) / 2;
        int index = 0;
        int bytes = 0;
        while (index < count - 1 && bytes < half) {
            bytes += PageBuilder.bytes(s, page, pageBytes, index, index + 1, prefix);
            index++;
        }
        return Math.max(1, index);
    }

    private void splitLeaf(long left, long right, int cut, int count) {
        PageMap pages = writes.pages();
        builder.reset();
        long copy = builder.stash(pages.segment(left), pages.position(left));
        build(left, copy, 0, cut);
        build(right, copy, cut, count);
    }

    private void build(long pageId, long copy, int from, int to) {
        int prefix = to == from ? 0 : rebuild.prefixBytes(builder.stash(), copy, from, to);
        begin(pageId, copy, LeafPage.hasFlags(builder.stash(), copy, from, to), to - from, prefix);
        builder.addAll(builder.stash(), copy, from, to);
    }

    private void begin(long pageId, long like, boolean isExt, int count, int prefixBytes) {
        MemorySegment stash = builder.stash();
        MemorySegment s = writes.pages().segment(pageId);
        builder.begin(
                s,
                writes.pages().position(pageId),
                stash,
                like,
                isExt,
                pageId,
                writes.id(),
                count,
                rebuild.prefix(),
                prefixBytes);
    }

    private void startLeaf(long left, long right, byte[] key, int keyBytes) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(left);
        long page = pages.position(left);
        int last = PageHeader.count(s, page) - 1;
        // All that two neighbours share would be broken by the next keys, and then all cut anew.
        int shared = rebuild.prefixBytes(s, page, last, key, keyBytes);
        int prefix = Math.max(0, shared - SlottedPage.HEAD_BYTES / 2);
        int family = PageHeader.family(s, page);
        MemorySegment rs = pages.segment(right);
        long rightPage = pages.position(right);
        LeafPage.init(rs, rightPage, false, right, writes.id(), family, rebuild.prefix(), prefix);
    }

    private void splitBranch(long left, long right, int cut, int count) {
        PageMap pages = writes.pages();
        builder.reset();
        MemorySegment stash = builder.stash();
        long copy = builder.stash(pages.segment(left), pages.position(left));
        build(left, copy, 0, cut);
        builder.addChildren(stash, copy, 0, cut + 1, 0);
        build(right, copy, cut + 1, count);
        builder.addChildren(stash, copy, cut + 1, count + 1, 0);
    }

    private void setReferences(long parent, int child, long left, long right, boolean isLeaf) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(parent);
        long page = pages.position(parent);
        long reference = BranchPage.child(s, page, child);
        long flags = Reference.flags(Reference.word(s, reference));
        Reference.count(s, reference, entries(left, isLeaf));
        long next = BranchPage.child(s, page, child + 1);
        Reference.put(s, next, right | flags, writes.id(), entries(right, isLeaf));
    }

    private long entries(long pageId, boolean isLeaf) {
        MemorySegment s = writes.pages().segment(pageId);
        long page = writes.pages().position(pageId);
        return isLeaf ? PageHeader.count(s, page) : BranchPage.entries(s, page);
    }

    /**
     * Moves entries between the leaf of a path and a neighbour that is the transaction's own and
     * has room, so that both have as much. The path stays valid but for the leaf.
     *
     * @return whether anything was moved
     */
    boolean shift(WritePath path, byte[] key, int keyBytes, int payloadBytes) {
        if (path.depth() == 0) {
            return false;
        }
        PageMap pages = writes.pages();
        long parent = path.pageId(path.depth() - 1);
        int child = path.child(path.depth() - 1);
        MemorySegment s = pages.segment(parent);
        int last = PageHeader.count(s, pages.position(parent));
        int needed = LeafPage.size(keyBytes, 0, pageBytes, true, payloadBytes);
        return (child > 0 && shift(parent, child - 1, child - 1, needed))
                || (child < last && shift(parent, child, child + 1, needed));
    }

    /** Shifts between children {@code left} and left + 1, one of which is the {@code neighbour}. */
    private boolean shift(long parent, int left, int neighbour, int neededBytes) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(parent);
        long page = pages.position(parent);
        long reference = BranchPage.child(s, page, neighbour);
        long birth = Reference.birth(s, reference);
        long full = Reference.count(s, BranchPage.child(s, page, 2 * left + 1 - neighbour));
        boolean isWorthIt = 8 * Reference.count(s, reference) <= 5 * full;
        if (!isWorthIt || !writes.isOwn(birth)) {
            return false;
        }
        long neighbourId = Reference.pageId(Reference.word(s, reference));
        MemorySegment ns = pages.visit(neighbourId, birth, 0);
        int free = SlottedPage.freeBytes(ns, pages.position(neighbourId), pageBytes);
        if (free < Math.max(pageBytes / 4, 2 * neededBytes)) {
            return false;
        }
        writes.edit(neighbourId);
        long flags =
                Reference.flags(Reference.word(s, BranchPage.child(s, page, left)))
                        | Reference.flags(Reference.word(s, BranchPage.child(s, page, left + 1)));
        long leftId = childId(s, page, left);
        long rightId = childId(s, page, left + 1);
        builder.reset();
        long leftCopy = builder.stash(pages.segment(leftId), pages.position(leftId));
        long rightCopy = builder.stash(pages.segment(rightId), pages.position(rightId));
        if (!redistribute(parent, left, leftId, leftCopy, rightId, rightCopy)) {
            return false;
        }
        setShifted(s, BranchPage.child(s, page, left), leftId, flags);
        setShifted(s, BranchPage.child(s, page, left + 1), rightId, flags);
        return true;
    }

    /**
     * Moves entries from leaf {@code left} + 1 to leaf {@code left} of a branch until that is
     * nearly full. Requires: both are the transaction's own.
     */
    void fill(long parent, int left) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(parent);
        long page = pages.position(parent);
        long leftReference = BranchPage.child(s, page, left);
        long rightReference = BranchPage.child(s, page, left + 1);
        long flags =
                Reference.flags(Reference.word(s, leftReference))
                        | Reference.flags(Reference.word(s, rightReference));
        long leftId = childId(s, page, left);
        long rightId = childId(s, page, left + 1);
        builder.reset();
        long leftCopy = builder.stash(pages.segment(leftId), pages.position(leftId));
        long rightCopy = builder.stash(pages.segment(rightId), pages.position(rightId));
        MemorySegment stash = builder.stash();
        int leftCount = PageHeader.count(stash, leftCopy);
        int rightCount = PageHeader.count(stash, rightCopy);
        int room = SlottedPage.freeBytes(stash, leftCopy, pageBytes) - pageBytes / 16;
        int cut = 0;
        while (cut < rightCount - 1) {
            room -= bytes(rightCopy, cut, cut + 1);
            if (room < 0) {
                break;
            }
            cut++;
        }
        while (cut > 0 && !fits(leftCopy, 0, leftCount, rightCopy, 0, cut)) {
            cut--;
        }
        if (leftCount == 0
                || cut == 0
                || !replaceSeparator(parent, left, rightCopy, cut - 1, rightCopy, cut)) {
            return;
        }
        build(leftId, leftCopy, 0, leftCount, rightCopy, 0, cut);
        build(rightId, rightCopy, cut, rightCount);
        setShifted(s, BranchPage.child(s, page, left), leftId, flags);
        setShifted(s, BranchPage.child(s, page, left + 1), rightId, flags);
    }

    /** Entries with runs may have moved: each of the two references says what either said. */
    private void setShifted(MemorySegment s, long reference, long pageId, long flags) {
        Reference.word(s, reference, Reference.word(s, reference) | flags);
        Reference.count(s, reference, entries(pageId, true));
    }

    private static long childId(MemorySegment s, long page, int child) {
        return Reference.pageId(Reference.word(s, BranchPage.child(s, page, child)));
    }

    private boolean redistribute(
            long parent, int index, long leftId, long left, long rightId, long right) {
        MemorySegment stash = builder.stash();
        int leftCount = PageHeader.count(stash, left);
        int rightCount = PageHeader.count(stash, right);
        if (leftCount == 0 || rightCount == 0) {
            return false;
        }
        int leftBytes = bytes(left, 0, leftCount);
        int surplus = (leftBytes - bytes(right, 0, rightCount)) / 2;
        int moved = 0;
        if (surplus > 0) {
            int cut = leftCount;
            while (cut > 1 && moved < surplus) {
                moved += bytes(left, --cut, cut + 1);
            }
            if (cut == leftCount
                    || !fits(left, cut, leftCount, right, 0, rightCount)
                    || !replaceSeparator(parent, index, left, cut - 1, left, cut)) {
                return false;
            }
            build(rightId, left, cut, leftCount, right, 0, rightCount);
            build(leftId, left, 0, cut);
            return true;
        }
        int cut = 0;
        while (cut < rightCount - 1 && moved < -surplus) {
            moved += bytes(right, cut, ++cut);
        }
        if (cut == 0
                || !fits(left, 0, leftCount, right, 0, cut)
                || !replaceSeparator(parent, index, right, cut - 1, right, cut)) {
            return false;
        }
        build(leftId, left, 0, leftCount, right, 0, cut);
        build(rightId, right, cut, rightCount);
        return true;
    }

    private boolean replaceSeparator(
            long parent, int index, long leftPage, int left, long rightPage, int right) {
        MemorySegment stash = builder.stash();
        separator.between(writes.pages(), stash, leftPage, left, stash, rightPage, right);
        return branches.replace(parent, index, separator);
    }

    /** {@return whether two ranges fit one page under the prefix that they share} */
    private boolean fits(long first, int from, int to, long second, int secondFrom, int secondTo) {
        MemorySegment stash = builder.stash();
        int prefix = rebuild.prefixBytes(stash, first, from, stash, second, secondTo - 1);
        boolean isExt = hasFlags(first, from, to, second, secondFrom, secondTo);
        int bytes =
                rebuild.bytes(stash, first, from, to, prefix, isExt)
                        + rebuild.bytes(stash, second, secondFrom, secondTo, prefix, isExt)
                        - SlottedPage.PREFIX_OFFSET
                        - prefix;
        return bytes <= pageBytes;
    }

    private void build(
            long pageId, long first, int from, int to, long second, int secondFrom, int secondTo) {
        MemorySegment stash = builder.stash();
        int prefix = rebuild.prefixBytes(stash, first, from, stash, second, secondTo - 1);
        int count = to - from + secondTo - secondFrom;
        boolean isExt = hasFlags(first, from, to, second, secondFrom, secondTo);
        begin(pageId, first, isExt, count, prefix);
        builder.addAll(stash, first, from, to);
        builder.addAll(stash, second, secondFrom, secondTo);
    }

    private boolean hasFlags(
            long first, int from, int to, long second, int secondFrom, int secondTo) {
        MemorySegment stash = builder.stash();
        return LeafPage.hasFlags(stash, first, from, to)
                || LeafPage.hasFlags(stash, second, secondFrom, secondTo);
    }

    private int bytes(long copy, int from, int to) {
        MemorySegment stash = builder.stash();
        int prefix = PageHeader.prefixBytes(stash, copy);
        return PageBuilder.bytes(stash, copy, pageBytes, from, to, prefix);
    }
}
