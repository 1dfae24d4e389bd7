package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;

/**
 * Finds the entry beside a key, in one descent: the next subtree on the wanted side is remembered
 * on the way down, for the case that the leaf has nothing there. Stateless, allocates nothing; what
 * it returns is what {@link TreeReader#find} returns, and may be rubbish as that.
 */
public final class Neighbours {
    private Neighbours() {}

    /** {@return the first entry} */
    public static long first(PageMap pages, TreeRoot root) {
        return root.isEmpty()
                ? TreeReader.ABSENT
                : edge(pages, root.pageId(), root.birth(), -1, true);
    }

    /** {@return the last entry} */
    public static long last(PageMap pages, TreeRoot root) {
        return root.isEmpty()
                ? TreeReader.ABSENT
                : edge(pages, root.pageId(), root.birth(), -1, false);
    }

    /**
     * {@return the entry with the smallest key above {@code key}, or with the greatest one below}
     *
     * @param isAbove which of the two
     * @param mayBeSame whether the entry with the key itself is the one, where it is there
     */
    public static long beside(
            PageMap pages,
            TreeRoot root,
            byte[] key,
            int keyBytes,
            boolean isAbove,
            boolean mayBeSame) {
        if (root.isEmpty()) {
            return TreeReader.ABSENT;
        }
        long pageId = root.pageId();
        long birth = root.birth();
        int level = -1;
        long sideId = 0;
        long sideBirth = 0;
        int sideLevel = -1;
        int pageBytes = pages.pageBytes();
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                int found = SlottedPage.find(s, page, pageBytes, key, keyBytes, pages);
                int index = indexBeside(found, isAbove, mayBeSame);
                if (index >= 0 && index < PageHeader.count(s, page)) {
                    return pageId << 16 | index;
                }
                return sideLevel < 0
                        ? TreeReader.ABSENT
                        : edge(pages, sideId, sideBirth, sideLevel, isAbove);
            }
            int child = BranchPage.childFor(s, page, pageBytes, key, keyBytes, pages);
            int side = isAbove ? child + 1 : child - 1;
            level--;
            if (side >= 0 && side < BranchPage.children(s, page)) {
                long reference = BranchPage.child(s, page, side);
                sideId = Reference.pageId(Reference.word(s, reference));
                sideBirth = Reference.birth(s, reference);
                sideLevel = level;
            }
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
        }
    }

    private static int indexBeside(int found, boolean isAbove, boolean mayBeSame) {
        if (found >= 0 && mayBeSame) {
            return found;
        }
        int behind = found >= 0 ? found + 1 : -1 - found;
        int before = found >= 0 ? found - 1 : -2 - found;
        return isAbove ? behind : before;
    }

    private static long edge(
            PageMap pages, long subtree, long subtreeBirth, int subtreeLevel, boolean isFirst) {
        long pageId = subtree;
        long birth = subtreeBirth;
        int level = subtreeLevel;
        while (true) {
            MemorySegment s = pages.visit(pageId, birth, level);
            long page = pages.position(pageId);
            level = PageHeader.level(s, page);
            if (level == 0) {
                int count = PageHeader.count(s, page);
                return count == 0 ? TreeReader.ABSENT : pageId << 16 | (isFirst ? 0 : count - 1);
            }
            int child = isFirst ? 0 : BranchPage.children(s, page) - 1;
            long reference = BranchPage.child(s, page, child);
            pageId = Reference.pageId(Reference.word(s, reference));
            birth = Reference.birth(s, reference);
            level--;
        }
    }
}
