package dev.coppice.engine.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.Inspection;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.PendingFrees;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage that checksums do not show: every page changed here is sealed again. */
class IntegrityCheckTest {
    private SmallStore store;
    private MemorySegment file;

    @BeforeEach
    void open() throws InterruptedException {
        store = new SmallStore();
        file = store.file();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long page(LongPredicate wanted) {
        for (long page : store.treePages) {
            if (wanted.test(store.position(page))) {
                return page;
            }
        }
        throw new AssertionError("no such page");
    }

    private long branch() {
        return page(at -> PageHeader.type(file, at) == PageHeader.BRANCH);
    }

    private long leaf() {
        return page(at -> PageHeader.type(file, at) == PageHeader.LEAF && isDefault(at));
    }

    private boolean isDefault(long at) {
        return PageHeader.family(file, at) == 1;
    }

    private long leafWithRun() {
        return page(at -> PageHeader.type(file, at) == PageHeader.LEAF && overflowIn(at) >= 0);
    }

    private int overflowIn(long at) {
        for (int i = 0; i < PageHeader.count(file, at); i++) {
            if (LeafPage.isOverflow(file, at, i)) {
                return i;
            }
        }
        return -1;
    }

    private void assertReported(String text) {
        List<Problem> problems = store.check().problems();
        assertTrue(
                problems.stream().anyMatch(problem -> problem.toString().contains(text)),
                () -> "expected " + text + " in " + problems);
    }

    @Test
    void reportsWrongCountInReference() {
        long at = store.position(branch());
        long reference = BranchPage.child(file, at, 0);
        Reference.count(file, reference, Reference.count(file, reference) + 1);
        store.seal(branch());
        assertReported("entries where");
        assertReported("entries below where");
    }

    @Test
    void reportsPageOfAnotherBirth() {
        long at = store.position(branch());
        Reference.birth(file, BranchPage.child(file, at, 1), 1);
        store.seal(branch());
        assertReported("expected page");
    }

    @Test
    void reportsPageReferencedTwice() {
        long at = store.position(branch());
        long first = BranchPage.child(file, at, 0);
        Reference.put(
                file,
                BranchPage.child(file, at, 1),
                Reference.word(file, first),
                Reference.birth(file, first),
                Reference.count(file, first));
        store.seal(branch());
        assertReported("has an owner already");
        assertReported("have no owner");
    }

    @Test
    void reportsPageOutsideTheFile() {
        long at = store.position(branch());
        long first = BranchPage.child(file, at, 0);
        Reference.word(file, first, 1L << 40);
        store.seal(branch());
        assertReported("outside the file");
    }

    @Test
    void reportsLeavesInTheWrongOrder() {
        long at = store.position(branch());
        long first = BranchPage.child(file, at, 0);
        long second = BranchPage.child(file, at, 1);
        long word = Reference.word(file, first);
        long birth = Reference.birth(file, first);
        long count = Reference.count(file, first);
        Reference.put(
                file,
                first,
                Reference.word(file, second),
                Reference.birth(file, second),
                Reference.count(file, second));
        Reference.put(file, second, word, birth, count);
        store.seal(branch());
        assertReported("key is not below the bound of the page");
        assertReported("key is below the bound of the page");
    }

    @Test
    void reportsMissingFlagForRuns() {
        long wanted = leafWithRun();
        long parent = page(at -> childOf(at, wanted) >= 0);
        long reference =
                BranchPage.child(
                        file, store.position(parent), childOf(store.position(parent), wanted));
        Reference.word(file, reference, wanted);
        store.seal(parent);
        assertReported("does not say that there are overflow runs");
    }

    private int childOf(long at, long wanted) {
        if (PageHeader.type(file, at) == PageHeader.BRANCH) {
            for (int i = 0; i < BranchPage.children(file, at); i++) {
                long word = Reference.word(file, BranchPage.child(file, at, i));
                if (Reference.pageId(word) == wanted) {
                    return i;
                }
            }
        }
        return -1;
    }

    @Test
    void reportsRunThatAnotherPageHas() {
        long leaf = leafWithRun();
        long at = store.position(leaf);
        long run = LeafPage.valueRun(file, at, SmallStore.PAGE_BYTES, overflowIn(at));
        Reference.word(file, run, leaf());
        store.seal(leaf);
        assertReported("has an owner already");
    }

    @Test
    void reportsRunOfImpossibleLength() {
        long leaf = leafWithRun();
        long at = store.position(leaf);
        long run = LeafPage.valueRun(file, at, SmallStore.PAGE_BYTES, overflowIn(at));
        for (long length : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
            Reference.count(file, run, length);
            store.seal(leaf);
            assertFalse(store.check().isClean(), "length " + length);
        }
    }

    @Test
    void reportsKeysOutOfOrder() {
        long leaf = leaf();
        long at = store.position(leaf);
        assertTrue(PageHeader.count(file, at) > 2);
        byte[] key = new byte[64];
        int bytes = SlottedPage.key(file, at, SmallStore.PAGE_BYTES, 1, key);
        LeafPage.remove(file, at, SmallStore.PAGE_BYTES, 1);
        long value = LeafPage.insert(file, at, SmallStore.PAGE_BYTES, 0, key, bytes, 0, 1);
        file.set(ValueLayout.JAVA_BYTE, value, (byte) 0);
        store.seal(leaf);
        assertReported("below the one before");
    }

    @Test
    void reportsPageOfAnotherFamily() {
        long leaf = leaf();
        long at = store.position(leaf);
        long birth = PageHeader.birth(file, at);
        LeafPage.init(file, at, false, leaf, birth, 7, new byte[0], 0);
        store.seal(leaf);
        assertReported("page of family 7");
        assertReported("0 entries where");
    }

    @Test
    void reportsUnsealedPage() {
        PageHeader.crc(file, store.position(leaf()), 0);
        assertReported("not sealed");
    }

    @Test
    void reportsDamagedRun() {
        long leaf = leafWithRun();
        long at = store.position(leaf);
        long run = LeafPage.valueRun(file, at, SmallStore.PAGE_BYTES, overflowIn(at));
        long first = Reference.pageId(Reference.word(file, run));
        store.flip(store.position(first) + 17, 4);
        assertReported("checksum of chunk 0");
    }

    @Test
    void reportsLeakedAndDoublyOwnedPages() {
        try (Inspection inspection = store.engine.inspect(9)) {
            IntegrityCheck.Space space = SmallStore.spaceOf(inspection);
            long free = space.free().nextFree(0);
            space.free().take(free, 1);
            space.free().release(leaf(), 1);
            List<Problem> problems = SmallStore.check(inspection, space).problems();
            assertEquals(
                    List.of(
                            "free pages: page " + leaf() + " has an owner already",
                            "leaked pages: page " + free + " have no owner"),
                    problems.stream().map(Problem::toString).toList());
        }
    }

    @Test
    void reportsPendingPagesThatAreFree() {
        try (Inspection inspection = store.engine.inspect(9)) {
            IntegrityCheck.Space space = SmallStore.spaceOf(inspection);
            PendingFrees pending = inspection.pending().copy();
            pending.add(space.free().nextFree(0), 1, 1, 2);
            IntegrityCheck.Space wrong =
                    new IntegrityCheck.Space(space.header(), space.images(), space.free(), pending);
            CheckReport report = SmallStore.check(inspection, wrong);
            assertEquals(1, report.problemCount());
            assertEquals("pending pages", report.problems().getFirst().path());
        }
    }

    @Test
    void checksARootAloneWhileOthersChangeTheFreeSpace() throws InterruptedException {
        try (Inspection inspection = store.engine.inspect(9)) {
            WriteView view = store.engine.begin(false, 0);
            for (int i = 0; i < 40; i++) {
                byte[] key = SmallStore.key(i);
                view.delete(view.defaultFamily(), key, key.length);
            }
            store.engine.commit(view, 10);
            store.keep();
            assertTrue(SmallStore.check(inspection, null).isClean());
        }
        assertTrue(store.check().isClean(), () -> store.check().problems().toString());
    }

    @Test
    void keepsTheFirstProblemsAndCountsAll() {
        Problems problems = new Problems();
        for (int i = 0; i < 250; i++) {
            problems.add(Path.of("tree").page(i), "wrong");
        }
        assertEquals(250, problems.count());
        assertEquals(100, problems.kept().size());
        assertEquals("tree > page 99: wrong", problems.kept().getLast().toString());
    }

    @Test
    void progressCountsUpToTheTotalAndMayEndTheCheck() {
        try (Inspection inspection = store.engine.inspect(9)) {
            PageMap pages = inspection.view().pages();
            PageSize pageSize = store.engine.pageSize();
            List<Long> seen = new ArrayList<>();
            List<Long> totals = new ArrayList<>();
            Progress progress =
                    (done, total) -> {
                        seen.add(done);
                        totals.add(total);
                    };
            CheckReport report =
                    new IntegrityCheck(pages, pageSize, inspection.sealedUpTo(), progress)
                            .check(inspection.view().root(), SmallStore.spaceOf(inspection));
            assertTrue(seen.getLast() >= store.treePages.size());
            assertTrue(totals.getLast() >= seen.getLast());
            assertTrue(report.pages() >= store.treePages.size());
            IntegrityCheck stopped =
                    new IntegrityCheck(
                            pages,
                            pageSize,
                            inspection.sealedUpTo(),
                            (done, _) -> {
                                if (done == 3) {
                                    throw new IllegalStateException("enough");
                                }
                            });
            assertThrows(
                    IllegalStateException.class,
                    () -> stopped.check(inspection.view().root(), null));
        }
    }
}
