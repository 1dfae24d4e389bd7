package dev.coppice.engine.btree;

import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.ValueSource;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Inserts, replaces and removes separators of own branches.
 *
 * <p>Thread safety: one writer.
 */
final class BranchEditor {
    /**
     * A branch with fewer separators gets the prefix that they share with each new one. It would
     * have none otherwise until it is split: every search of a root would compare whole keys.
     */
    private static final int FEW = 8;

    private final WriteSet writes;
    private final Rebuild rebuild;
    private final int pageBytes;
    private final ValueSource runSource = new ValueSource();

    BranchEditor(WriteSet writes, Rebuild rebuild) {
        this.writes = writes;
        this.rebuild = rebuild;
        this.pageBytes = writes.pageSize().bytes();
    }

    /** {@return whether the branch can take the separator; it may have been rebuilt for it} */
    boolean makeRoom(long branch, Separator separator) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(branch);
        long page = pages.position(branch);
        byte[] key = separator.bytes();
        int keyBytes = separator.length();
        int count = PageHeader.count(s, page);
        boolean sharesPrefix = SlottedPage.sharesPrefix(s, page, key, keyBytes);
        boolean fits = sharesPrefix && BranchPage.fits(s, page, pageBytes, keyBytes);
        if (fits && count >= FEW) {
            return true;
        }
        int prefix = rebuild.prefixBytes(s, page, key, keyBytes);
        if (fits && prefix == PageHeader.prefixBytes(s, page)) {
            return true;
        }
        int used = rebuild.bytes(s, page, 0, count, prefix, false) + Reference.BYTES;
        if (used + BranchPage.size(keyBytes, prefix, pageBytes) > pageBytes) {
            return false;
        }
        rebuild.inPlace(branch, prefix, false);
        return true;
    }

    /**
     * Inserts separator {@code index} and opens child {@code index + 1} behind it. Requires: {@link
     * #makeRoom}.
     *
     * @return whether the separator has a run, which the references to the branch must say
     */
    boolean insert(long branch, int index, Separator separator) {
        long run = runOf(separator);
        MemorySegment s = writes.pages().segment(branch);
        long page = writes.pages().position(branch);
        byte[] key = separator.bytes();
        long at = BranchPage.insert(s, page, pageBytes, index, key, separator.length());
        return putRun(s, at, run, separator);
    }

    private long runOf(Separator separator) {
        int inline = writes.pageSize().inlineKeyBytes();
        int keyBytes = separator.length();
        if (separator.hasRun() || keyBytes <= inline) {
            return 0;
        }
        return writes.writeRun(runSource.of(separator.bytes(), inline, keyBytes - inline));
    }

    private boolean putRun(MemorySegment s, long at, long run, Separator separator) {
        if (separator.hasRun()) {
            separator.putRun(s, at);
            return true;
        }
        if (run != 0) {
            int inline = writes.pageSize().inlineKeyBytes();
            Reference.put(s, at, run, writes.id(), separator.length() - inline);
            return true;
        }
        return false;
    }

    /**
     * Adds a separator to the page that {@link Rebuild#builder} is building.
     *
     * @return whether it has a run
     */
    boolean addToBuilder(MemorySegment target, Separator separator) {
        long run = runOf(separator);
        long at = rebuild.builder().addSeparator(separator.bytes(), separator.length());
        return putRun(target, at, run, separator);
    }

    /** {@return whether separator {@code index} was replaced; if not, there is no room} */
    boolean replace(long branch, int index, Separator separator) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(branch);
        long page = pages.position(branch);
        byte[] key = separator.bytes();
        int keyBytes = separator.length();
        boolean isLong = keyBytes > writes.pageSize().inlineKeyBytes();
        if (isLong
                || SlottedPage.keyRun(s, page, pageBytes, index) >= 0
                || !SlottedPage.sharesPrefix(s, page, key, keyBytes)) {
            return false;
        }
        if (BranchPage.replace(s, page, pageBytes, index, key, keyBytes)) {
            return true;
        }
        if (SlottedPage.freeBytes(s, page, pageBytes) < pageBytes / 8) {
            return false;
        }
        rebuild.inPlace(branch, PageHeader.prefixBytes(s, page), false);
        return BranchPage.replace(s, page, pageBytes, index, key, keyBytes);
    }

    /** Removes separator {@code index} with its run, and one of the children beside it. */
    void remove(long branch, int index, int child) {
        MemorySegment s = writes.pages().segment(branch);
        long page = writes.pages().position(branch);
        EntryRuns.supersede(writes, s, page, index);
        BranchPage.remove(s, page, pageBytes, index, child);
    }

    /** As {@link #remove} when the separator's run moves elsewhere. */
    void removeKeepingRun(long branch, int index, int child) {
        MemorySegment s = writes.pages().segment(branch);
        BranchPage.remove(s, writes.pages().position(branch), pageBytes, index, child);
    }
}
