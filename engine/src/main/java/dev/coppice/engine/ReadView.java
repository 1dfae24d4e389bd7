package dev.coppice.engine;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;

/**
 * A pinned root and the pages that it reaches.
 *
 * <p>Thread safety: any thread. Lifetime: until {@link Engine#release}; what is read later may be
 * rubbish, exceptions included, so that the owner of the view checks afterwards whether it is still
 * open.
 */
public final class ReadView {
    private final int slot;
    private final StoreRoot root;
    private final PageMap pages;

    ReadView(int slot, StoreRoot root, PageMap pages) {
        this.slot = slot;
        this.root = root;
        this.pages = pages;
    }

    int slot() {
        return slot;
    }

    /** {@return the root; not to be changed} */
    public StoreRoot root() {
        return root;
    }

    /** {@return the pages} */
    public PageMap pages() {
        return pages;
    }

    /**
     * {@return the root of a column family's tree, or null where there is none of that name}
     *
     * @param catalogueKey see {@link Families#key}
     */
    public TreeRoot family(byte[] catalogueKey) {
        TreeRoot catalogue = root.catalogue();
        long found = TreeReader.find(pages, catalogue, catalogueKey, catalogueKey.length);
        if (found == TreeReader.ABSENT) {
            return null;
        }
        return Families.root(TreeReader.value(pages, found));
    }
}
