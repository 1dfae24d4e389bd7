package dev.coppice;

import dev.coppice.engine.btree.PageTouch;
import dev.coppice.engine.btree.TreeRoot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pages ahead of those who will need them. Stateless. */
final class WarmUp {
    /** As much as a scan uses up before it asks for more. */
    static final long PREFETCH_BYTES = 64L << 20;

    private WarmUp() {}

    /** Reads all branches, then leaves; returns the bytes read. */
    static long everything(ReadHandle handle, long maxBytes) {
        List<ColumnFamily> families = handle.families();
        return handle.read(() -> {
            List<TreeRoot> trees = new ArrayList<>();
            trees.add(handle.catalogue());
            for (ColumnFamily family : families) {
                trees.add(handle.tree(family));
            }
            return touch(handle, trees, null, null, maxBytes);
        });
    }

    /** Reads the branches of a range, then its leaves; returns the bytes read. */
    static long range(ReadHandle handle, ColumnFamily family, KeyRange range) {
        return handle.read(() -> {
            List<TreeRoot> trees = List.of(handle.tree(family));
            return touch(handle, trees, range.lower(), range.upper(), PREFETCH_BYTES);
        });
    }

    private static long touch(
            ReadHandle handle,
            List<TreeRoot> trees,
            byte @Nullable [] from,
            byte @Nullable [] to,
            long maxBytes) {
        int pageBytes = handle.pages().pageBytes();
        PageTouch touch = new PageTouch(handle.pages(), maxBytes / pageBytes);
        boolean isEnough = true;
        for (TreeRoot tree : trees) {
            isEnough = isEnough && touch.branches(tree, from, to);
        }
        for (TreeRoot tree : trees) {
            isEnough = isEnough && touch.leaves(tree, from, to);
        }
        return touch.touched() * pageBytes;
    }
}
