package dev.coppice.testkit.model;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.ReadHandle;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of all column families at one commit.
 *
 * <p>Thread safety: one thread while it is changed; immutable once it is in a {@link History}. Keys
 * and values are shared, never modified. A method that names a family that is not there throws
 * {@link IllegalArgumentException}.
 */
public final class Contents {
    /** Name of the family that always exists. */
    public static final String DEFAULT = "default";

    private final NavigableMap<String, NavigableMap<byte[], byte[]>> families = new TreeMap<>();

    /** Makes the contents of a new store. */
    public Contents() {
        create(DEFAULT);
    }

    /** {@return contents of its own with the same entries} */
    public Contents copy() {
        Contents copy = new Contents();
        families.forEach((name, entries) -> {
            copy.create(name);
            copy.entriesOf(name).putAll(entries);
        });
        return copy;
    }

    /** Creates an empty family. */
    public void create(String family) {
        families.put(family, new TreeMap<>(Arrays::compareUnsigned));
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
        return entriesOf(family).get(key);
    }

    /** Stores an entry. Neither array may be changed afterwards. */
    public void put(String family, byte[] key, byte[] value) {
        entriesOf(family).put(key, value);
    }

    /** Removes an entry, if it is there. */
    public void delete(String family, byte[] key) {
        entriesOf(family).remove(key);
    }

    /** Does an operation on one entry. */
    public void update(Op.Update update) {
        byte[] key = Keys.key(update.key());
        byte[] result = update.result(get(update.family(), key));
        if (result == null) {
            delete(update.family(), key);
        } else {
            put(update.family(), key, result);
        }
    }

    /** Removes the keys in [from, to), null for no bound. */
    public void deleteRange(String family, byte @Nullable [] from, byte @Nullable [] to) {
        NavigableMap<byte[], byte[]> range = entriesOf(family);
        if (from != null) {
            range = range.tailMap(from, true);
        }
        if (to != null) {
            range = range.headMap(to, false);
        }
        range.clear();
    }

    private NavigableMap<byte[], byte[]> entriesOf(String family) {
        NavigableMap<byte[], byte[]> entries = families.get(family);
        if (entries == null) {
            throw new IllegalArgumentException("no such column family: " + family);
        }
        return entries;
    }

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
        return Collections.unmodifiableNavigableMap(entriesOf(family));
    }

    /** {@return what a snapshot, reader or transaction sees} */
    public static Contents of(ReadHandle handle) {
        Contents contents = new Contents();
        for (ColumnFamily family : handle.families()) {
            contents.create(family.name());
            try (Cursor cursor = handle.cursor(family)) {
                while (cursor.next()) {
                    contents.put(family.name(), cursor.key(), cursor.value());
                }
            }
        }
        return contents;
    }

    /**
     * Compares everything with the newest commit of a store.
     *
     * @throws AssertionError naming the first difference
     */
    public void compare(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            compare(snapshot);
        }
    }

    /**
     * Compares everything with what a snapshot, reader or transaction sees.
     *
     * @throws AssertionError naming the first difference
     */
    public void compare(ReadHandle handle) {
        Difference.requireNone(this, handle);
    }

    /** {@return whether both hold the same families with the same entries} */
    public boolean isEqual(Contents other) {
        if (other == this) {
            return true;
        }
        if (!families.keySet().equals(other.families.keySet())) {
            return false;
        }
        for (String name : families.keySet()) {
            if (!isEqual(entriesOf(name), other.entriesOf(name))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEqual(Map<byte[], byte[]> one, Map<byte[], byte[]> other) {
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
