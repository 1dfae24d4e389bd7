package dev.coppice.engine.commit;

import dev.coppice.engine.btree.EntryRuns;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.FamilyRecord;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Walks the pages that a store root reaches, through the catalogue into every column family, and
 * then what the roots reach that the catalogue lists by name, where the visitor follows names.
 *
 * <p>Only what the visitor wants is entered, so that a walk over what is new skips the subtrees
 * that are shared with an older root: its cost is that of the difference.
 *
 * <p>Thread safety: one thread.
 */
final class RootWalk {
    private final PageMap pages;
    private final Visitor visitor;

    /** Those that were met, while names are followed. */
    private List<StoreRoot> named;

    /** Steers the walk and receives what it meets. */
    interface Visitor {
        /** {@return whether the walk enters this page} */
        boolean enter(long pageId, long birth);

        /** {@return whether leaves are read though they own no overflow runs} */
        boolean readsLeaves();

        /** Receives a page that was entered, after it was checked against its reference. */
        void page(long pageId, long birth);

        /** Receives an overflow run of an entered page. */
        void run(long firstPage, long birth, long runBytes);

        /**
         * {@return whether the walk follows a root that the first one lists by name} What is
         * reached from here on is reached by that one, and perhaps was by others before. Only those
         * are met whose record lies in a page that was entered: the others are listed by an older
         * root, too. They come newest first.
         */
        default boolean follows(StoreRoot root) {
            return false;
        }

        /** {@return whether the walk goes on beside what cannot be read} */
        default boolean passesDamage() {
            return false;
        }
    }

    RootWalk(PageMap pages, Visitor visitor) {
        this.pages = pages;
        this.visitor = visitor;
    }

    void walk(StoreRoot root) {
        List<StoreRoot> met = new ArrayList<>();
        named = root.names() == 0 ? null : met;
        walkTrees(root);
        // What those list themselves was dropped, or is listed here as well.
        named = null;
        met.sort(Comparator.comparingLong(StoreRoot::txn).reversed());
        for (StoreRoot each : met) {
            if (visitor.follows(each)) {
                walkTrees(each);
            }
        }
    }

    private void walkTrees(StoreRoot root) {
        walk(root.catalogue());
        walk(root.defaultFamily());
    }

    private void walk(TreeRoot root) {
        if (!root.isEmpty()) {
            boolean isCatalogue = root.family() == StoreRoot.CATALOGUE_FAMILY;
            walk(root.word(), root.birth(), -1, isCatalogue);
        }
    }

    private void walk(long word, long birth, int expectedLevel, boolean isCatalogue) {
        if (visitor.enter(Reference.pageId(word), birth)) {
            try {
                walkEntered(word, birth, expectedLevel, isCatalogue);
            } catch (CorruptStoreException | InternalError e) {
                if (!visitor.passesDamage()) {
                    throw e;
                }
            } catch (IndexOutOfBoundsException e) {
                if (!visitor.passesDamage()) {
                    throw damaged(Reference.pageId(word), e);
                }
            }
        }
    }

    private static CorruptStoreException damaged(long pageId, IndexOutOfBoundsException cause) {
        String message = "page " + pageId + ": an offset or a length in it leads out of the file";
        return new CorruptStoreException(pageId, message, cause);
    }

    private void walkEntered(long word, long birth, int expectedLevel, boolean isCatalogue) {
        long pageId = Reference.pageId(word);
        boolean hasRuns = (Reference.flags(word) & Reference.HAS_OVERFLOW) != 0;
        if (expectedLevel == 0 && !hasRuns && !isCatalogue && !visitor.readsLeaves()) {
            visitor.page(pageId, birth);
            return;
        }
        MemorySegment s = pages.visit(pageId, birth, expectedLevel);
        long page = pages.position(pageId);
        visitor.page(pageId, birth);
        if (hasRuns) {
            EntryRuns.forEach(s, page, pages.pageBytes(), visitor::run);
        }
        int level = PageHeader.level(s, page);
        if (level > 0) {
            int children = BranchPage.children(s, page);
            for (int child = 0; child < children; child++) {
                long reference = BranchPage.child(s, page, child);
                long childBirth = Reference.birth(s, reference);
                walk(Reference.word(s, reference), childBirth, level - 1, isCatalogue);
            }
        } else if (isCatalogue) {
            int count = PageHeader.count(s, page);
            for (int index = 0; index < count; index++) {
                walkRecord(pageId << 16 | index);
            }
        }
    }

    private void walkRecord(long found) {
        byte[] key = TreeReader.key(pages, found);
        if (NamedRoot.isKey(key)) {
            if (named != null) {
                named.add(NamedRoot.of(key, TreeReader.value(pages, found)).root());
            }
            return;
        }
        if (Origin.isKey(key)) {
            return;
        }
        byte[] record = TreeReader.value(pages, found);
        long root = FamilyRecord.rootWord(record);
        if (root != 0) {
            walk(root, FamilyRecord.rootBirth(record), -1, false);
        }
    }
}
