package dev.coppice;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a store is to hold: the entries of each column family. Thread safety: one thread. */
final class Model {
    static final Charset UTF_8 = StandardCharsets.UTF_8;
    private final Map<ColumnFamily, NavigableMap<byte[], byte[]>> families;

    Model() {
        families = new TreeMap<>((left, right) -> left.name().compareTo(right.name()));
        create(ColumnFamily.DEFAULT);
    }

    /** {@return a model of its own with the same entries} */
    Model copy() {
        Model copy = new Model();
        families.forEach((family, entries) -> {
            copy.create(family);
            copy.of(family).putAll(entries);
        });
        return copy;
    }

    void create(ColumnFamily family) {
        families.put(family, new TreeMap<>(Arrays::compareUnsigned));
    }

    void drop(ColumnFamily family) {
        families.remove(family);
    }

    NavigableMap<byte[], byte[]> of(ColumnFamily family) {
        return families.get(family);
    }

    Set<ColumnFamily> families() {
        return families.keySet();
    }

    /** Puts into the default family of both. */
    Model put(WriteHandle txn, byte[] key, byte[] value) {
        return put(txn, ColumnFamily.DEFAULT, key, value);
    }

    /** Puts into both. */
    Model put(WriteHandle txn, ColumnFamily family, byte[] key, byte[] value) {
        return put(txn, family, key, value, 0);
    }

    /** Puts into both, in one of the ways in which a value can get there: 0 to 4. */
    Model put(WriteHandle txn, ColumnFamily family, byte[] key, byte[] value, int way) {
        boolean isNew = of(family).put(key, value) == null;
        switch (way) {
            case 0 -> assertEquals(isNew, txn.put(family, key, value));
            case 1 -> {
                byte[] larger = new byte[value.length + 5];
                System.arraycopy(value, 0, larger, 2, value.length);
                assertEquals(isNew, txn.put(family, key, larger, 2, value.length));
            }
            case 2 -> {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment memory = arena.allocate(value.length + 5L);
                    MemorySegment.copy(value, 0, memory, JAVA_BYTE, 3, value.length);
                    assertEquals(isNew, txn.put(family, key, memory, 3, value.length));
                }
            }
            case 3 -> {
                InputStream stream = new ByteArrayInputStream(value);
                assertEquals(isNew, txn.put(family, key, stream, value.length));
            }
            default -> {
                if (value.length <= txn.store.maxReserveBytes(key.length)) {
                    txn.putReserve(family, key, value.length).putBytes(0, value);
                } else {
                    assertEquals(isNew, txn.put(family, key, value));
                }
            }
        }
        return this;
    }

    /** {@return whether a counter is there, or nothing} */
    boolean isCounter(ColumnFamily family, byte[] key) {
        byte[] value = of(family).get(key);
        return value == null || value.length == Long.BYTES;
    }

    /** Adds to a counter; returns the sum. */
    long add(ColumnFamily family, byte[] key, long delta) {
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        byte[] old = of(family).get(key);
        long sum = delta + (old == null ? 0 : value.put(old).getLong(0));
        of(family).put(key, value.putLong(0, sum).array());
        return sum;
    }

    /** Fails unless the snapshot holds exactly this. */
    void verify(ReadHandle snapshot) {
        assertEquals(names(families.keySet()), names(snapshot.families()));
        families.forEach((family, entries) -> {
            assertEquals(entries.size(), snapshot.count(family));
            verifyScan(snapshot, family, false);
        });
    }

    private static Set<String> names(Iterable<ColumnFamily> families) {
        Set<String> names = new TreeSet<>();
        families.forEach(family -> assertTrue(names.add(family.name())));
        return names;
    }

    /** Fails unless the store holds exactly this. */
    void verify(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            verify(snapshot);
        }
    }

    /** Makes a checkpoint, after the one that may be running. */
    static void checkpoint(Store store) {
        while (!store.checkpoint()) {
            Thread.onSpinWait();
        }
    }

    /** Opens the store, compares, and closes it. */
    void verify(Path path, StoreConfig config) {
        try (Store store = Store.open(path, config)) {
            verify(store);
        }
    }

    /**
     * Reads everything in every way from a store whose file is damaged: each answer is right or an
     * error of the store.
     *
     * @return how many reads ended with an error
     */
    int verifyDamaged(Snapshot snapshot) {
        int errors = 0;
        for (Map.Entry<ColumnFamily, NavigableMap<byte[], byte[]>> family : families.entrySet()) {
            for (Map.Entry<byte[], byte[]> entry : family.getValue().entrySet()) {
                try {
                    assertArrayEquals(
                            entry.getValue(), snapshot.get(family.getKey(), entry.getKey()));
                } catch (StoreException e) {
                    errors++;
                }
            }
            errors += verifyScan(snapshot, family.getKey(), true);
            errors += verifyScanDown(snapshot, family.getKey());
        }
        return errors;
    }

    private int verifyScan(ReadHandle snapshot, ColumnFamily family, boolean mayFail) {
        try (Cursor cursor = snapshot.cursor(family)) {
            for (Map.Entry<byte[], byte[]> entry : of(family).entrySet()) {
                assertTrue(cursor.next());
                assertArrayEquals(entry.getKey(), cursor.key());
                assertArrayEquals(entry.getValue(), cursor.value());
            }
            assertFalse(cursor.next());
            return 0;
        } catch (StoreException e) {
            if (!mayFail) {
                throw e;
            }
            return 1;
        }
    }

    private int verifyScanDown(ReadHandle snapshot, ColumnFamily family) {
        try (Cursor cursor = snapshot.cursor(family)) {
            for (Map.Entry<byte[], byte[]> entry : of(family).descendingMap().entrySet()) {
                assertTrue(cursor.previous());
                assertArrayEquals(entry.getKey(), cursor.key());
                assertArrayEquals(entry.getValue(), cursor.value());
            }
            assertFalse(cursor.previous());
            return 0;
        } catch (StoreException e) {
            return 1;
        }
    }
}
