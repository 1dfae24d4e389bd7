package dev.coppice.perf.commitpath;

import java.io.IOException;

/** How the pages of one commit reach the file. Thread safety: writer only. */
interface PageStore {
    /**
     * Copies an old page, changes header and one entry, and brings it to its new place.
     *
     * @param level place in the commit's run, 0 to 3
     */
    void copyPage(int level, long oldPage, long newPage, long txn, int entryOffset);

    /** Ends the commit's stores; what was buffered is written here. */
    void complete(long firstPage) throws IOException;
}
