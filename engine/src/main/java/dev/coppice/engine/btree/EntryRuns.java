package dev.coppice.engine.btree;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/** The overflow runs that entries and separators of a page own. Stateless. */
public final class EntryRuns {
    private EntryRuns() {}

    /** Receives the runs. */
    @FunctionalInterface
    public interface Visitor {
        void run(long firstPage, long birth, long runBytes);
    }

    /** Shows all runs that the entries or separators of a page own. */
    public static void forEach(MemorySegment s, long page, int pageBytes, Visitor visitor) {
        int count = PageHeader.count(s, page);
        for (int index = 0; index < count; index++) {
            forEntry(s, page, pageBytes, index, visitor);
        }
    }

    private static void forEntry(
            MemorySegment s, long page, int pageBytes, int index, Visitor visitor) {
        long keyRun = SlottedPage.keyRun(s, page, pageBytes, index);
        if (keyRun >= 0) {
            show(s, keyRun, visitor);
        }
        if (LeafPage.isOverflow(s, page, index)) {
            show(s, LeafPage.valueRun(s, page, pageBytes, index), visitor);
        }
    }

    private static void show(MemorySegment s, long reference, Visitor visitor) {
        visitor.run(
                Reference.pageId(Reference.word(s, reference)),
                Reference.birth(s, reference),
                Reference.count(s, reference));
    }

    /** Records that the runs of one entry or separator are not reached any more. */
    static void supersede(WriteSet writes, MemorySegment s, long page, int index) {
        int pageBytes = writes.pageSize().bytes();
        supersedeKey(writes, s, page, index);
        if (LeafPage.isOverflow(s, page, index)) {
            supersede(writes, s, LeafPage.valueRun(s, page, pageBytes, index));
        }
    }

    /** Records that the run of one key is not reached any more. */
    static void supersedeKey(WriteSet writes, MemorySegment s, long page, int index) {
        long keyRun = SlottedPage.keyRun(s, page, writes.pageSize().bytes(), index);
        if (keyRun >= 0) {
            supersede(writes, s, keyRun);
        }
    }

    private static void supersede(WriteSet writes, MemorySegment s, long reference) {
        writes.supersedeRun(
                Reference.pageId(Reference.word(s, reference)),
                Reference.birth(s, reference),
                Reference.count(s, reference));
    }

    /** Records that no run of the page is reached any more. */
    static void supersedeAll(WriteSet writes, MemorySegment s, long page) {
        int count = PageHeader.count(s, page);
        for (int index = 0; index < count; index++) {
            supersede(writes, s, page, index);
        }
    }
}
