package dev.coppice.engine.commit;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Reference;
import java.lang.foreign.MemorySegment;

/**
 * The root of everything at one transaction; docs/file-format.md#store-root-96-bytes.
 *
 * <p>Thread safety: that of its owner.
 */
public final class StoreRoot {
    public static final int TXN_OFFSET = 0;
    public static final int COMMIT_MILLIS_OFFSET = TXN_OFFSET + Long.BYTES;
    public static final int CATALOGUE_OFFSET = COMMIT_MILLIS_OFFSET + Long.BYTES;
    public static final int DEFAULT_FAMILY_OFFSET = CATALOGUE_OFFSET + Reference.BYTES;
    public static final int NEXT_FAMILY_OFFSET = DEFAULT_FAMILY_OFFSET + Reference.BYTES;
    public static final int END_PAGE_OFFSET = NEXT_FAMILY_OFFSET + Long.BYTES;
    public static final int DEFAULT_TTL_OFFSET = END_PAGE_OFFSET + Long.BYTES;
    public static final int NAMES_OFFSET = DEFAULT_TTL_OFFSET + Long.BYTES;
    public static final int BYTES = NAMES_OFFSET + Long.BYTES;

    public static final int CATALOGUE_FAMILY = 0;
    public static final int DEFAULT_FAMILY = 1;

    private final TreeRoot catalogue = new TreeRoot(CATALOGUE_FAMILY);
    private final TreeRoot defaultFamily = new TreeRoot(DEFAULT_FAMILY);
    private long txn;
    private long commitMillis;
    private long nextFamily = DEFAULT_FAMILY + 1;
    private long endPage;
    private long names;

    /** {@return a root of its own with the same content} */
    public StoreRoot copy() {
        StoreRoot copy = new StoreRoot();
        copy.copyFrom(this);
        return copy;
    }

    public void copyFrom(StoreRoot other) {
        catalogue.copyFrom(other.catalogue);
        defaultFamily.copyFrom(other.defaultFamily);
        txn = other.txn;
        commitMillis = other.commitMillis;
        nextFamily = other.nextFamily;
        endPage = other.endPage;
        names = other.names;
    }

    public TreeRoot catalogue() {
        return catalogue;
    }

    public TreeRoot defaultFamily() {
        return defaultFamily;
    }

    /** {@return id of the newest transaction in it} */
    public long txn() {
        return txn;
    }

    /** {@return wall clock of the commit, milliseconds since 1970} */
    public long commitMillis() {
        return commitMillis;
    }

    /** {@return one past the highest page handed out when it was committed} */
    public long endPage() {
        return endPage;
    }

    /** {@return how many named snapshots its catalogue lists} */
    public long names() {
        return names;
    }

    /** Counts a named snapshot more, or less, in the catalogue. */
    public void addNames(long delta) {
        names += delta;
    }

    /** Marks the state of the trees as that of a transaction. */
    public void stamp(long newTxn, long newCommitMillis, long newEndPage) {
        txn = newTxn;
        commitMillis = newCommitMillis;
        endPage = newEndPage;
    }

    /** {@return the id for one more column family} */
    public int takeFamilyId() {
        return (int) nextFamily++;
    }

    public void write(MemorySegment s, long at) {
        s.set(Bytes.U64, at + TXN_OFFSET, txn);
        s.set(Bytes.U64, at + COMMIT_MILLIS_OFFSET, commitMillis);
        write(s, at + CATALOGUE_OFFSET, catalogue);
        write(s, at + DEFAULT_FAMILY_OFFSET, defaultFamily);
        s.set(Bytes.U64, at + NEXT_FAMILY_OFFSET, nextFamily);
        s.set(Bytes.U64, at + END_PAGE_OFFSET, endPage);
        s.set(Bytes.U64, at + DEFAULT_TTL_OFFSET, defaultFamily.ttlMillis());
        s.set(Bytes.U64, at + NAMES_OFFSET, names);
    }

    public void read(MemorySegment s, long at) {
        txn = s.get(Bytes.U64, at + TXN_OFFSET);
        commitMillis = s.get(Bytes.U64, at + COMMIT_MILLIS_OFFSET);
        read(s, at + CATALOGUE_OFFSET, catalogue);
        read(s, at + DEFAULT_FAMILY_OFFSET, defaultFamily);
        nextFamily = s.get(Bytes.U64, at + NEXT_FAMILY_OFFSET);
        endPage = s.get(Bytes.U64, at + END_PAGE_OFFSET);
        defaultFamily.ttlMillis(s.get(Bytes.U64, at + DEFAULT_TTL_OFFSET));
        names = s.get(Bytes.U64, at + NAMES_OFFSET);
    }

    private static void write(MemorySegment s, long at, TreeRoot root) {
        Reference.put(s, at, root.word(), root.birth(), root.count());
    }

    private static void read(MemorySegment s, long at, TreeRoot root) {
        root.set(Reference.word(s, at), Reference.birth(s, at), Reference.count(s, at));
    }
}
