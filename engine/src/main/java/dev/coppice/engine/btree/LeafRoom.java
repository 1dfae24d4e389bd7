package dev.coppice.engine.btree;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.SlottedPage;
import dev.coppice.engine.space.WriteSet;
import java.lang.foreign.MemorySegment;

/**
 * Makes an own leaf ready for one more entry, if need be by a rebuild.
 *
 * <p>Thread safety: one writer.
 */
final class LeafRoom {
    private final WriteSet writes;
    private final Rebuild rebuild;
    private final int pageBytes;

    LeafRoom(WriteSet writes, Rebuild rebuild) {
        this.writes = writes;
        this.rebuild = rebuild;
        this.pageBytes = writes.pageSize().bytes();
    }

    /** {@return whether the leaf can take the entry; it may have been rebuilt for it} */
    boolean make(long leaf, byte[] key, int keyBytes, int payloadBytes, boolean needsExt) {
        PageMap pages = writes.pages();
        MemorySegment s = pages.segment(leaf);
        long page = pages.position(leaf);
        boolean addsExt = needsExt && !SlottedPage.isExt(s, page);
        if (!addsExt
                && SlottedPage.sharesPrefix(s, page, key, keyBytes)
                && LeafPage.fits(s, page, pageBytes, keyBytes, payloadBytes)) {
            return true;
        }
        int count = PageHeader.count(s, page);
        int prefix = rebuild.prefixBytes(s, page, key, keyBytes);
        boolean isExt = needsExt || LeafPage.hasFlags(s, page, 0, count);
        int used = rebuild.bytes(s, page, 0, count, prefix, isExt);
        int entry = LeafPage.size(keyBytes, prefix, pageBytes, isExt, payloadBytes);
        if (used + entry > pageBytes) {
            return false;
        }
        rebuild.inPlace(leaf, prefix, isExt);
        return true;
    }
}
