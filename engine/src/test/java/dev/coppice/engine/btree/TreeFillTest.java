package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How full pages are after the usual loads. */
class TreeFillTest {
    private static final int ENTRIES = 200_000;

    @Test
    void randomLoadInOneTransactionFillsLeavesToThreeQuarters() {
        try (TreeLab lab = new TreeLab(4096)) {
            lab.begin(false);
            load(lab, ENTRIES, Order.RANDOM);
            assertFill(lab, 0.74, 0.65, "random load in one transaction");
            lab.commit();
        }
    }

    @Test
    void randomLoadInSmallTransactionsFillsLeavesToTwoThirds() {
        try (TreeLab lab = new TreeLab(4096)) {
            for (int i = 0; i < 200; i++) {
                lab.begin(false);
                load(lab, 500, Order.RANDOM);
                lab.commit();
            }
            assertFill(lab, 0.66, 0.60, "random load in transactions of 500");
        }
    }

    @Test
    void ascendingPutsFillLeavesCompletely() {
        try (TreeLab lab = new TreeLab(4096)) {
            lab.begin(false);
            load(lab, ENTRIES, Order.ASCENDING);
            assertFill(lab, 0.97, 0.90, "ascending puts");
            lab.commit();
        }
    }

    @Test
    void ascendingPutsOverManyTransactionsFillLeavesCompletely() {
        try (TreeLab lab = new TreeLab(4096)) {
            for (int i = 0; i < 2000; i++) {
                lab.begin(false);
                load(lab, 50, Order.ASCENDING);
                lab.commit();
            }
            assertFill(lab, 0.97, 0.90, "ascending puts in transactions of 50");
        }
    }

    @Test
    void descendingPutsFillLeavesToThreeQuarters() {
        try (TreeLab lab = new TreeLab(4096)) {
            lab.begin(false);
            load(lab, ENTRIES, Order.DESCENDING);
            assertFill(lab, 0.74, 0.50, "descending puts");
            lab.commit();
        }
    }

    private enum Order {
        RANDOM,
        ASCENDING,
        DESCENDING
    }

    private long counter;
    private final SplittableRandom random = new SplittableRandom(7);

    private void load(TreeLab lab, int entries, Order order) {
        byte[] value = new byte[100];
        byte[] key = new byte[16];
        for (int i = 0; i < entries; i++) {
            if (order == Order.RANDOM) {
                random.nextBytes(key);
            } else {
                counter += order == Order.ASCENDING ? 1 : -1;
                for (int b = 0; b < 8; b++) {
                    key[8 + b] = (byte) ((Long.MAX_VALUE / 2 + counter) >>> (56 - 8 * b));
                }
            }
            lab.writer.put(lab.roots[0], key, key.length, value, 0, value.length);
        }
    }

    private static void assertFill(TreeLab lab, double least, double leastBranches, String what) {
        Fill fill = new Fill(lab.pages());
        fill.visit(lab.roots[0].pageId(), lab.roots[0].birth(), -1);
        double leaves = fill.used[0] / (double) (fill.pages[0] * 4096);
        double branches = fill.used[1] / (double) (fill.pages[1] * 4096);
        assertTrue(leaves >= least, what + ": leaves " + leaves);
        assertTrue(branches >= leastBranches, what + ": branches " + branches);
        assertEquals(lab.roots[0].count(), fill.entries);
    }

    private static final class Fill {
        private final PageMap pageMap;
        private final long[] used = new long[2];
        private final long[] pages = new long[2];
        private long entries;

        Fill(PageMap pageMap) {
            this.pageMap = pageMap;
        }

        void visit(long pageId, long birth, int expectedLevel) {
            MemorySegment s = pageMap.visit(pageId, birth, expectedLevel);
            long page = pageMap.position(pageId);
            int level = PageHeader.level(s, page);
            int kind = Math.min(level, 1);
            pages[kind]++;
            used[kind] += 4096 - SlottedPage.freeBytes(s, page, 4096);
            if (level == 0) {
                entries += PageHeader.count(s, page);
                return;
            }
            for (int child = 0; child < BranchPage.children(s, page); child++) {
                long reference = BranchPage.child(s, page, child);
                long word = Reference.word(s, reference);
                visit(Reference.pageId(word), Reference.birth(s, reference), level - 1);
            }
        }
    }
}
