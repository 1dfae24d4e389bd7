package dev.coppice;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import java.util.ArrayList;
import java.util.List;

/** Entries by their numbers in the order of keys. Stateless. */
final class Ranks {
    private Ranks() {}

    /** {@return the keys that cut {@code count} entries from rank {@code low} on into n parts} */
    static List<byte[]> split(PageMap pages, TreeRoot tree, long low, long count, int n) {
        List<byte[]> cuts = new ArrayList<>();
        long last = low;
        for (int i = 1; i < n && cuts.size() < count; i++) {
            long rank = low + part(count, i, n);
            if (rank > last && rank < low + count) {
                cuts.add(TreeReader.keyAt(pages, tree, rank));
                last = rank;
            }
        }
        return cuts;
    }

    private static long part(long count, int i, int n) {
        return count / n * i + count % n * i / n;
    }
}
