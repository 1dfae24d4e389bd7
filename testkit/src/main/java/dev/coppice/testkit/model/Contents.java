package dev.coppice.testkit.model;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Expiry;
import dev.coppice.NamedSnapshot;
import dev.coppice.ReadHandle;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of all column families at one commit, with their deadlines, and the named snapshots
 * that it has. What has expired stays until it is purged, as in a store; methods that take a time
 * tell what is over then.
 *
 * <p>Thread safety: one thread while it is changed; immutable once it is in a {@link History}. Keys
 * and values are shared, never modified. A method that names a family that is not there throws
 * {@link IllegalArgumentException}.
 */
public final class Contents {
    /** Name of the family that always exists. */
    public static final String DEFAULT = "default";

    /** The deadline of an entry that has none. */
    public static final long NEVER = -1;

    /** A time at which nothing has expired. */
    private static final long BEFORE_ALL = Long.MIN_VALUE;

    private final NavigableMap<String, Family> families = new TreeMap<>();

    /** One column family. */
    private static final class Family {
        private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

        /** Of those entries that have one. */
        private final NavigableMap<byte[], Long> deadlines = new TreeMap<>(Arrays::compareUnsigned);

        private long ttlMillis;

        void putAll(Family other) {
            entries.putAll(other.entries);
            deadlines.putAll(other.deadlines);
            ttlMillis = other.ttlMillis;
        }

        void remove(byte[] key) {
            entries.remove(key);
            deadlines.remove(key);
        }

        void deadline(byte[] key, long deadlineMillis) {
            if (deadlineMillis == NEVER) {
                deadlines.remove(key);
            } else {
                deadlines.put(key, deadlineMillis);
            }
        }

        boolean isEqual(Family other) {
            return ttlMillis == other.ttlMillis
                    && deadlines.equals(other.deadlines)
                    && areEqual(entries, other.entries);
        }
    }

    private final NavigableMap<String, Contents> named = new TreeMap<>();

    /** Makes the contents of a new store. */
    public Contents() {
        create(DEFAULT);
    }

    /** {@return contents of its own with the same entries and names} */
    public Contents copy() {
        Contents copy = copyOfEntries();
        copy.named.putAll(named);
        return copy;
    }

    private Contents copyOfEntries() {
        Contents copy = new Contents();
        families.forEach((name, family) -> {
            copy.create(name);
            copy.family(name).putAll(family);
        });
        return copy;
    }

    /** Gives the entries as they are now a name. */
    public void retain(String name) {
        named.put(name, copyOfEntries());
    }

    /** Drops a named snapshot, if it is there. */
    public void dropSnapshot(String name) {
        named.remove(name);
    }

    /** {@return the named snapshots, without names of their own} */
    public NavigableMap<String, Contents> named() {
        return Collections.unmodifiableNavigableMap(named);
    }

    /** Creates an empty family. */
    public void create(String family) {
        families.put(family, new Family());
    }

    /** Removes a family with its entries. */
    public void drop(String family) {
        families.remove(family);
    }

    /** {@return whether there is such a family} */
    public boolean has(String family) {
        return families.containsKey(family);
    }

    /** {@return the value of a key, or null} */
    public byte @Nullable [] get(String family, byte[] key) {
        return family(family).entries.get(key);
    }

    /** Stores an entry without a deadline. Neither array may be changed afterwards. */
    public void put(String family, byte[] key, byte[] value) {
        put(family, key, value, NEVER);
    }

    /**
     * Stores an entry. Neither array may be changed afterwards.
     *
     * @param deadlineMillis the first millisecond at which it is over, or {@link #NEVER}
     */
    public void put(String family, byte[] key, byte[] value, long deadlineMillis) {
        Family target = family(family);
        target.entries.put(key, value);
        target.deadline(key, deadlineMillis);
    }

    /** Removes an entry, if it is there. */
    public void delete(String family, byte[] key) {
        family(family).remove(key);
    }

    /** Does an operation on one entry. */
    public void update(Op.Update update, long nowMillis) {
        String family = update.family();
        byte[] key = Keys.key(update.key());
        boolean isLive = isLive(family, key, nowMillis);
        byte[] result = update.result(isLive ? get(family, key) : null);
        if (result != null) {
            boolean keepsDeadline = isLive && update.keepsDeadline();
            long deadline =
                    keepsDeadline ? deadline(family, key) : defaultDeadline(family, nowMillis);
            put(family, key, result, deadline);
        } else if (isLive) {
            delete(family, key);
        }
    }

    /** Removes the keys in [from, to), null for no bound. */
    public void deleteRange(String family, byte @Nullable [] from, byte @Nullable [] to) {
        Family target = family(family);
        range(target.entries, from, to).clear();
        range(target.deadlines, from, to).clear();
    }

    private static <V> NavigableMap<byte[], V> range(
            NavigableMap<byte[], V> all, byte @Nullable [] from, byte @Nullable [] to) {
        NavigableMap<byte[], V> range = from == null ? all : all.tailMap(from, true);
        return to == null ? range : range.headMap(to, false);
    }

    private Family family(String name) {
        Family family = families.get(name);
        if (family == null) {
            throw new IllegalArgumentException("no such column family: " + name);
        }
        return family;
    }

    // ---- expiry

    /** Sets how long entries of a family live that are put without saying so; 0 for ever. */
    public void ttl(String family, long ttlMillis) {
        family(family).ttlMillis = ttlMillis;
    }

    /** {@return how long entries of a family live that are put without saying so; 0 for ever} */
    public long ttl(String family) {
        return family(family).ttlMillis;
    }

    /** {@return the deadline of an entry of a family that is put now without saying so} */
    public long defaultDeadline(String family, long nowMillis) {
        long ttl = ttl(family);
        return ttl == 0 ? NEVER : nowMillis + ttl;
    }

    /** {@return the deadline of an entry, or {@link #NEVER}} */
    public long deadline(String family, byte[] key) {
        return family(family).deadlines.getOrDefault(key, NEVER);
    }

    /**
     * Gives an entry another deadline.
     *
     * @return whether it is there; where it has expired, it is not
     */
    public boolean touch(String family, byte[] key, long deadlineMillis, long nowMillis) {
        boolean isLive = isLive(family, key, nowMillis);
        if (isLive) {
            family(family).deadline(key, deadlineMillis);
        }
        return isLive;
    }

    /** {@return whether an entry is there and has not expired} */
    public boolean isLive(String family, byte[] key, long nowMillis) {
        return get(family, key) != null && !isOver(deadline(family, key), nowMillis);
    }

    private static boolean isOver(long deadlineMillis, long nowMillis) {
        return deadlineMillis != NEVER && nowMillis >= deadlineMillis;
    }

    /** {@return the entries of a family that have not expired, in the order of their keys} */
    public NavigableMap<byte[], byte[]> live(String family, long nowMillis) {
        List<byte[]> expired = expired(family, nowMillis);
        if (expired.isEmpty()) {
            return entries(family);
        }
        NavigableMap<byte[], byte[]> live = new TreeMap<>(family(family).entries);
        expired.forEach(live::remove);
        return live;
    }

    /** {@return the keys of a family that have expired, ascending} */
    public List<byte[]> expired(String family, long nowMillis) {
        return family(family).deadlines.entrySet().stream()
                .filter(each -> isOver(each.getValue(), nowMillis))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Removes what has expired of a family; returns how many that were. */
    public int purge(String family, long nowMillis) {
        List<byte[]> expired = expired(family, nowMillis);
        expired.forEach(family(family)::remove);
        return expired.size();
    }

    /** {@return contents of its own, without what has expired} */
    public Contents at(long nowMillis) {
        Contents live = copy();
        families.keySet().forEach(family -> live.purge(family, nowMillis));
        live.named.replaceAll((_, contents) -> contents.at(nowMillis));
        return live;
    }

    // ---- all of it

    /** {@return the names of all families, ascending} */
    public Iterable<String> families() {
        return Collections.unmodifiableSet(families.keySet());
    }

    /** {@return the number of families, the default one included} */
    public int familyCount() {
        return families.size();
    }

    /** {@return the entries of a family in the order of their keys, bytes unsigned} */
    public NavigableMap<byte[], byte[]> entries(String family) {
        return Collections.unmodifiableNavigableMap(family(family).entries);
    }

    /** {@return what the newest commit of a store shows, and its named snapshots} */
    public static Contents of(Store store) {
        Contents contents;
        try (Snapshot snapshot = store.snapshot()) {
            contents = of(snapshot);
        }
        for (NamedSnapshot named : store.namedSnapshots()) {
            try (Snapshot snapshot = store.snapshot(named.name())) {
                contents.named.put(named.name(), of(snapshot));
            }
        }
        return contents;
    }

    /** {@return what a snapshot, reader or transaction sees, which is without what has expired} */
    public static Contents of(ReadHandle handle) {
        Contents contents = new Contents();
        for (ColumnFamily family : handle.families()) {
            contents.create(family.name());
            contents.ttl(family.name(), handle.defaultTtl(family).toMillis());
            try (Cursor cursor = handle.cursor(family)) {
                while (cursor.next()) {
                    long deadline =
                            cursor.expiry() instanceof Expiry.At(long at, long _) ? at : NEVER;
                    contents.put(family.name(), cursor.key(), cursor.value(), deadline);
                }
            }
        }
        return contents;
    }

    /**
     * Compares everything with the newest commit of a store, and with its named snapshots.
     * Deadlines count by the store's clock, which must stand still meanwhile: see {@link
     * dev.coppice.testkit.SimulatedClock}.
     *
     * @throws AssertionError naming the first difference
     */
    public void compare(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            compare(snapshot, store.config().clock().millis());
        }
        List<String> names = store.namedSnapshots().stream().map(NamedSnapshot::name).toList();
        if (!Set.copyOf(names).equals(named.keySet())) {
            throw new AssertionError("named snapshots: " + names + ", not " + named.keySet());
        }
        named.forEach((name, contents) -> {
            try (Snapshot snapshot = store.snapshot(name)) {
                contents.compare(snapshot, store.config().clock().millis());
            }
        });
    }

    /**
     * Compares everything with what a snapshot, reader or transaction sees, of which nothing has
     * expired.
     *
     * @throws AssertionError naming the first difference
     */
    public void compare(ReadHandle handle) {
        compare(handle, BEFORE_ALL);
    }

    /**
     * Compares everything with what a snapshot, reader or transaction sees at a time.
     *
     * @throws AssertionError naming the first difference
     */
    public void compare(ReadHandle handle, long nowMillis) {
        Difference.requireNone(this, handle, nowMillis);
    }

    /**
     * {@return whether both hold the same families with the same entries and deadlines, and the
     * same names}
     */
    public boolean isEqual(Contents other) {
        if (other == this) {
            return true;
        }
        if (!families.keySet().equals(other.families.keySet())) {
            return false;
        }
        for (Map.Entry<String, Family> each : families.entrySet()) {
            if (!each.getValue().isEqual(other.family(each.getKey()))) {
                return false;
            }
        }
        return areNamedEqual(other);
    }

    private boolean areNamedEqual(Contents other) {
        if (!named.keySet().equals(other.named.keySet())) {
            return false;
        }
        for (Map.Entry<String, Contents> entry : named.entrySet()) {
            Contents twin = other.named.get(entry.getKey());
            if (twin == null || !entry.getValue().isEqual(twin)) {
                return false;
            }
        }
        return true;
    }

    private static boolean areEqual(Map<byte[], byte[]> one, Map<byte[], byte[]> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (Map.Entry<byte[], byte[]> entry : one.entrySet()) {
            if (!Arrays.equals(entry.getValue(), other.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
