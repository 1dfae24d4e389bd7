package dev.coppice;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

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

    /** {@return n different numbers below {@code count} in ascending order, or all (Floyd)} */
    static long[] sample(long count, int n, RandomGenerator random) {
        if (n >= count) {
            return LongStream.range(0, count).toArray();
        }
        Set<Long> drawn = new HashSet<>();
        for (long limit = count - n; limit < count; limit++) {
            if (!drawn.add(random.nextLong(limit + 1))) {
                drawn.add(limit);
            }
        }
        return drawn.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static long part(long count, int i, int n) {
        return count / n * i + count % n * i / n;
    }
}
