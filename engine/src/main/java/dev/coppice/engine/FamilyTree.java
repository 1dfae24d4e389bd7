package dev.coppice.engine;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.FamilyRecord;
import dev.coppice.engine.page.PageMap;

/**
 * The tree of one column family, looked up again in one root after another without allocating.
 *
 * <p>Thread safety: one thread.
 */
public final class FamilyTree {
    /** A catalogue page of a committed root never changes, and no two of them have one birth. */
    private static final long UNKNOWN = -1;

    private final byte[] key;
    private byte[] record = {};
    private TreeRoot root = new TreeRoot(0);
    private boolean isThere;
    private long catalogueBirth = UNKNOWN;

    /** Creates one that knows nothing yet. */
    public FamilyTree(String name) {
        this.key = Families.key(name);
    }

    /** {@return whether it was looked up in the catalogue that the view has} */
    public boolean isCurrent(ReadView view) {
        return catalogueBirth == view.root().catalogue().birth();
    }

    /**
     * Looks the family up; counts only after {@link #confirm}, since what was read may be rubbish.
     */
    public void lookUp(ReadView view) {
        catalogueBirth = UNKNOWN;
        PageMap pages = view.pages();
        long found = TreeReader.find(pages, view.root().catalogue(), key, key.length);
        isThere = found != TreeReader.ABSENT;
        if (isThere) {
            read(pages, found);
        }
    }

    private void read(PageMap pages, long found) {
        if (TreeReader.valueBytes(pages, found) != record.length) {
            record = TreeReader.value(pages, found);
        } else {
            TreeReader.copyValue(pages, found, record, 0);
        }
        int family = FamilyRecord.familyId(record);
        if (family != root.family()) {
            root = new TreeRoot(family);
        }
        root.set(
                FamilyRecord.rootWord(record),
                FamilyRecord.rootBirth(record),
                FamilyRecord.entryCount(record));
        root.ttlMillis(FamilyRecord.ttlMillis(record));
    }

    /** What {@link #lookUp} found is true of the view's root. */
    public void confirm(ReadView view) {
        catalogueBirth = view.root().catalogue().birth();
    }

    /** {@return the tree as it was found last, or null where the family does not exist} */
    public TreeRoot root() {
        return isThere ? root : null;
    }
}
