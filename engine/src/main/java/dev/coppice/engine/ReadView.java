package dev.coppice.engine;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageMap;

/**
 * A reader slot, the root that is pinned in it, and the pages that the root reaches.
 *
 * <p>Thread safety: any thread reads; who owns the slot pins. Lifetime: of what is read, until
 * {@link Engine#release}, {@link Engine#park} or {@link Engine#pinAgain}; what is read later may be
 * rubbish, exceptions included, so that the owner of the view checks afterwards whether it is still
 * the same.
 */
public final class ReadView {
    private final int slot;
    private final StoreRoot root = new StoreRoot();
    private final PageMap pages;

    ReadView(int slot, PageMap pages) {
        this.slot = slot;
        this.pages = pages;
    }

    /** {@return the slot, a small number that no other view has while this one has it} */
    public int slot() {
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
