package dev.coppice;

import dev.coppice.engine.Families;
import dev.coppice.engine.btree.DiffSide;
import dev.coppice.engine.btree.TreeDiff;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.LeafPage;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What changed between two snapshots, one change after the other: the default family first, then
 * the others by the bytes of their names; in each the order of the keys.
 *
 * {@snippet :
 * try (SnapshotDiff diff = store.diff("monday", "tuesday")) {
 *     while (diff.next()) {
 *         switch (diff.kind()) {
 *             case INSERTED, UPDATED -> send(diff.family(), diff.key(), diff.valueAfter());
 *             case DELETED -> remove(diff.family(), diff.key());
 *             default -> {}
 *         }
 *     }
 * }
 * }
 *
 * <p>It reads what one of the two has and the other has not: pages that both share are skipped, so
 * that it costs what was changed, not what is there. Either snapshot may be the older one. Entries
 * are compared as they are stored: one that has expired and was not purged is there.
 *
 * <p>Thread safety: one thread. Ends with {@link dev.coppice.error.SnapshotClosedException} when
 * one of the snapshots is closed.
 */
public final class SnapshotDiff implements AutoCloseable {
    private static final byte FIRST_NAME = 'F';

    private final Snapshot before;
    private final Snapshot after;
    private final boolean ownsBoth;
    private final TreeDiff records;
    private boolean hasBegun;
    private long visits;

    // Where it stands
    private @Nullable Kind kind;
    private ColumnFamily family = ColumnFamily.DEFAULT;
    private TreeRoot treeBefore = new TreeRoot(0);
    private TreeRoot treeAfter = new TreeRoot(0);
    private @Nullable TreeDiff entries;

    /** A family was dropped, and one of that name created again. */
    private boolean isReplaced;

    /** What changed. */
    public enum Kind {
        /** The family is new; each of its entries follows as inserted. */
        FAMILY_CREATED,

        /** The family's default time to live is another one. */
        FAMILY_CHANGED,

        /** The family is gone, and all its entries, which are not told one by one. */
        FAMILY_DROPPED,

        /** The entry is new. */
        INSERTED,

        /** The entry has another value, or another deadline. */
        UPDATED,

        /** The entry is gone. */
        DELETED
    }

    /**
     * Stands before the first change.
     *
     * @param ownsBoth whether closing it closes the snapshots
     */
    SnapshotDiff(Snapshot before, Snapshot after, boolean ownsBoth) {
        this.before = before;
        this.after = after;
        this.ownsBoth = ownsBoth;
        this.records = read(() -> diff(before.catalogue(), after.catalogue()));
    }

    private TreeDiff diff(TreeRoot one, TreeRoot other) {
        return new TreeDiff(before.pages(), one, after.pages(), other, this::checkAfterRead);
    }

    /** Goes to the next change; returns whether there is one. */
    public boolean next() {
        kind = read(this::advance);
        return kind != null;
    }

    private @Nullable Kind advance() {
        if (!hasBegun) {
            hasBegun = true;
            compare(before.tree(ColumnFamily.DEFAULT), after.tree(ColumnFamily.DEFAULT));
            if (treeBefore.ttlMillis() != treeAfter.ttlMillis()) {
                return Kind.FAMILY_CHANGED;
            }
        }
        if (isReplaced) {
            isReplaced = false;
            compare(new TreeRoot(0), treeAfter);
            return Kind.FAMILY_CREATED;
        }
        Kind found = null;
        while (found == null) {
            TreeDiff running = entries;
            if (running != null && running.next()) {
                return kindOf(running);
            }
            endEntries();
            if (!records.next()) {
                return null;
            }
            found = familyChange();
        }
        return found;
    }

    private static Kind kindOf(TreeDiff diff) {
        return switch (diff.kind()) {
            case INSERTED -> Kind.INSERTED;
            case UPDATED -> Kind.UPDATED;
            case DELETED -> Kind.DELETED;
        };
    }

    private void compare(TreeRoot one, TreeRoot other) {
        treeBefore = one;
        treeAfter = other;
        entries = diff(one, other);
    }

    private void endEntries() {
        if (entries != null) {
            visits += entries.visits();
            entries = null;
        }
    }

    /** {@return what has become of a family whose record differs, or null: only its entries} */
    private @Nullable Kind familyChange() {
        DiffSide any = records.kind() == TreeDiff.Kind.DELETED ? records.before() : records.after();
        byte[] key = any.key();
        if (key[0] != FIRST_NAME) {
            return null;
        }
        family = FamilyNames.of(key);
        TreeRoot one = null;
        TreeRoot other = null;
        if (records.kind() != TreeDiff.Kind.INSERTED) {
            one = Families.root(records.before().value());
        }
        if (records.kind() != TreeDiff.Kind.DELETED) {
            other = Families.root(records.after().value());
        }
        return familyChange(one, other);
    }

    private @Nullable Kind familyChange(@Nullable TreeRoot one, @Nullable TreeRoot other) {
        if (one == null && other != null) {
            compare(new TreeRoot(0), other);
            return Kind.FAMILY_CREATED;
        }
        if (one == null || other == null || one.family() != other.family()) {
            treeBefore = one == null ? new TreeRoot(0) : one;
            treeAfter = other == null ? new TreeRoot(0) : other;
            isReplaced = other != null;
            return Kind.FAMILY_DROPPED;
        }
        compare(one, other);
        return one.ttlMillis() == other.ttlMillis() ? null : Kind.FAMILY_CHANGED;
    }

    /** {@return what changed} */
    public Kind kind() {
        Kind now = kind;
        if (now == null) {
            throw new IllegalStateException("the diff stands on no change");
        }
        return now;
    }

    /** {@return the family in which it changed, or that changed itself} */
    public ColumnFamily family() {
        kind();
        return family;
    }

    /** {@return the default time to live of the family that was created or changed; zero: none} */
    public Duration defaultTtl() {
        kind();
        return Duration.ofMillis(treeAfter.ttlMillis());
    }

    /** {@return a copy of the key of the entry that changed} */
    public byte[] key() {
        return read(() -> side(kind() != Kind.DELETED).key());
    }

    /** {@return a copy of the value that was updated or deleted} */
    public byte[] valueBefore() {
        return read(() -> side(false).value());
    }

    /** {@return a copy of the value that was inserted, or that it was updated to} */
    public byte[] valueAfter() {
        return read(() -> side(true).value());
    }

    /** {@return when the updated or deleted entry would have expired: {@link #lifetimeAfter}} */
    public Lifetime lifetimeBefore() {
        return read(() -> lifetime(side(false).deadline()));
    }

    /** {@return how long the entry lives that was inserted, or that it was updated to} */
    public Lifetime lifetimeAfter() {
        return read(() -> lifetime(side(true).deadline()));
    }

    /**
     * {@return the first millisecond since 1970 at which the entry expires that was inserted, or
     * that it was updated to; -1 where it does not}
     */
    public long deadlineAfter() {
        return read(() -> side(true).deadline());
    }

    static Lifetime lifetime(long deadline) {
        return deadline == LeafPage.NO_DEADLINE ? Lifetime.FOREVER : Lifetime.until(deadline);
    }

    private DiffSide side(boolean isAfter) {
        TreeDiff running = entries;
        Kind absent = isAfter ? Kind.DELETED : Kind.INSERTED;
        boolean isEntry = kind() == Kind.UPDATED || kind == Kind.INSERTED || kind == Kind.DELETED;
        if (!isEntry || kind == absent || running == null) {
            throw new IllegalStateException(
                    "the diff shows "
                            + kind
                            + ", which has no entry "
                            + (isAfter ? "after" : "before"));
        }
        return isAfter ? running.after() : running.before();
    }

    /**
     * {@return pages that were read so far, those of large values and long keys aside} Compare with
     * the number of pages of the store: what both snapshots share was not read.
     */
    public long pageVisits() {
        return visits + records.visits() + (entries == null ? 0 : entries.visits());
    }

    private <T> T read(Supplier<T> operation) {
        T result;
        try {
            result = operation.get();
        } catch (RuntimeException | Error e) {
            after.checkAfterRead();
            throw before.failure(e);
        }
        checkAfterRead();
        return result;
    }

    private void checkAfterRead() {
        before.checkAfterRead();
        after.checkAfterRead();
    }

    /** Lets go of the snapshots if it opened them. Idempotent. */
    @Override
    public void close() {
        if (ownsBoth) {
            try (before;
                    after) {
                kind = null;
            }
        }
    }
}
