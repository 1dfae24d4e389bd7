package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: a cursor moves as a finger in a sorted map does, in any range, whatever changes under it.
 * Method: random moves and changes from a seed, compared with a map after each; each failure names
 * its seed and move.
 */
class CursorModelTest {
    private static final int MOVES = Integer.getInteger("coppice.cursor.moves", 1200);
    private static final long SEEDS = Long.getLong("coppice.cursor.seeds", 2);
    private static final int MOVES_PER_RANGE = 60;
    private static final ColumnFamily FAMILY = ColumnFamily.of("walked");

    @TestFactory
    Stream<DynamicTest> cursorsMoveAsAFingerInASortedMap() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int pageBytes : new int[] {512, 1024, 4096}) {
            for (Kind kind : Kind.values()) {
                for (long seed = 1; seed <= SEEDS; seed++) {
                    tests.add(test(pageBytes, kind, seed));
                }
            }
        }
        return tests.stream();
    }

    private static DynamicTest test(int pageBytes, Kind kind, long seed) {
        String name = "pageBytes=" + pageBytes + " " + kind + " seed=" + seed;
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
                    try (Store store = Store.inMemory(config)) {
                        for (int entries : new int[] {0, 1, 30, 700}) {
                            new Run(store, pageBytes, kind, seed, entries).all(name);
                        }
                        assertTrue(store.check(Progress.NONE).isClean(), name);
                    }
                });
    }

    /** Whose cursor it is. */
    private enum Kind {
        SNAPSHOT,
        TRANSACTION,
        READER
    }

    /** Where the finger is: on a key or beside it. */
    private enum Place {
        NOWHERE,
        ENTRY,
        ABOVE,
        BELOW
    }

    private static final class Run {
        private final Store store;
        private final SplittableRandom random;
        private final int pageBytes;
        private final Kind kind;
        private final int entries;
        private final NavigableMap<byte[], byte[]> all = new TreeMap<>(Arrays::compareUnsigned);
        private final EntryBatch batch = new EntryBatch();
        private final NavigableMap<byte[], byte[]> newest = new TreeMap<>(Arrays::compareUnsigned);
        private NavigableMap<byte[], byte[]> inRange = all;
        private Place place = Place.NOWHERE;
        private byte[] finger;

        Run(Store store, int pageBytes, Kind kind, long seed, int entries) {
            this.store = store;
            this.pageBytes = pageBytes;
            this.kind = kind;
            this.entries = entries;
            this.random = new SplittableRandom(seed * 1_000 + entries);
        }

        void all(String name) {
            fill();
            switch (kind) {
                case SNAPSHOT -> {
                    try (Snapshot snapshot = store.snapshot()) {
                        fillOver();
                        walk(snapshot, () -> {}, name);
                    }
                }
                case TRANSACTION -> {
                    try (WriteTransaction txn = store.begin()) {
                        walk(txn, () -> change(txn, all), name);
                        txn.commit();
                    }
                }
                case READER -> {
                    try (Reader reader = store.reader()) {
                        walk(reader, () -> changeBehind(reader), name);
                    }
                }
            }
        }

        /** Commits changes that the reader sees some time later. */
        private void changeBehind(Reader reader) {
            try (WriteTransaction txn = store.begin()) {
                change(txn, newest);
                txn.commit();
            }
            if (random.nextInt(3) == 0) {
                if (random.nextInt(4) == 0) {
                    reader.park();
                }
                reader.refresh();
                all.clear();
                all.putAll(newest);
            }
        }

        private void fill() {
            try (WriteTransaction txn = store.begin()) {
                txn.dropFamily(FAMILY);
                txn.createFamily(FAMILY);
                for (int i = 0; i < entries; i++) {
                    put(txn, key(), all);
                }
                txn.commit();
            }
            newest.putAll(all);
        }

        /** What a snapshot must not see. */
        private void fillOver() {
            try (WriteTransaction txn = store.begin()) {
                txn.clear(FAMILY);
                txn.put(FAMILY, key(), new byte[7]);
                txn.commit();
            }
        }

        private void put(WriteTransaction txn, byte[] key, Map<byte[], byte[]> model) {
            byte[] value = new byte[valueBytes()];
            random.nextBytes(value);
            txn.put(FAMILY, key, value);
            model.put(key, value);
        }

        private int valueBytes() {
            return switch (random.nextInt(20)) {
                case 0 -> 0;
                case 1 -> pageBytes / 4 + random.nextInt(pageBytes);
                case 2 -> random.nextInt(pageBytes / 4);
                default -> random.nextInt(24);
            };
        }

        private byte[] key() {
            int length =
                    switch (random.nextInt(24)) {
                        case 0 -> pageBytes / 4 - 64 + random.nextInt(3) - 1;
                        case 1 -> pageBytes / 4 + random.nextInt(400);
                        case 2, 3 -> 8;
                        default -> 1 + random.nextInt(7);
                    };
            byte[] key = new byte[length];
            if (random.nextInt(5) == 0) {
                Arrays.fill(key, (byte) (random.nextBoolean() ? 0 : 0xFF));
            }
            byte[] alphabet = {0, (byte) 0xFF, 'a', 1};
            int from = random.nextInt(4) == 0 ? 0 : Math.max(0, length - 7);
            for (int i = from; i < length; i++) {
                key[i] = alphabet[random.nextInt(alphabet.length)];
            }
            return key;
        }

        private byte[] nearKey() {
            byte[] key = key();
            byte[] there = random.nextBoolean() ? all.ceilingKey(key) : all.floorKey(key);
            return there == null || random.nextBoolean() ? key : there;
        }

        private void walk(ReadHandle handle, Runnable change, String name) {
            try (Cursor cursor = handle.cursor(FAMILY)) {
                for (int i = 0; i < MOVES; i++) {
                    if (i % MOVES_PER_RANGE == MOVES_PER_RANGE - 1) {
                        chooseRange(cursor);
                    }
                    if (random.nextInt(3) == 0) {
                        change.run();
                    }
                    int kind = random.nextInt(16);
                    byte[] key = nearKey();
                    String move = name + " entries=" + entries + " move=" + i + " kind=" + kind;
                    try {
                        move(cursor, kind, key);
                        compare(cursor, move);
                    } catch (RuntimeException | AssertionError e) {
                        throw new AssertionError(move + ": " + e.getMessage(), e);
                    }
                }
            }
        }

        private void chooseRange(Cursor cursor) {
            byte[] low = nearKey();
            byte[] high = nearKey();
            if (Arrays.compareUnsigned(low, high) > 0) {
                byte[] lower = high;
                high = low;
                low = lower;
            }
            KeyRange range =
                    switch (random.nextInt(6)) {
                        case 0 -> KeyRange.all();
                        case 1 -> KeyRange.from(low);
                        case 2 -> KeyRange.below(high);
                        case 3 -> KeyRange.prefix(Arrays.copyOf(low, random.nextInt(low.length)));
                        case 4 -> KeyRange.of(new byte[0], Arrays.copyOf(high, 70_000));
                        default -> KeyRange.of(low, high);
                    };
            inRange = all;
            byte[] from = range.from();
            byte[] to = range.to();
            if (from != null) {
                inRange = inRange.tailMap(from, true);
            }
            if (to != null) {
                inRange = inRange.headMap(to, false);
            }
            place = Place.NOWHERE;
            cursor.keepTo(range);
        }

        private void change(WriteTransaction txn, NavigableMap<byte[], byte[]> model) {
            byte[] key = place != Place.NOWHERE && random.nextBoolean() ? finger : nearKey();
            int dice = random.nextInt(20);
            if (dice == 0) {
                WriteHandle.Savepoint savepoint = txn.savepoint();
                txn.clear(FAMILY);
                txn.rollbackTo(savepoint);
            } else if (dice == 1) {
                byte[] to = model.higherKey(key);
                to = to == null ? null : model.higherKey(to);
                txn.deleteRange(FAMILY, KeyRange.of(key, to));
                (to == null ? model.tailMap(key, true) : model.subMap(key, true, to, false))
                        .clear();
            } else if (dice < 10 && model.size() > entries / 2) {
                assertEquals(model.remove(key) != null, txn.delete(FAMILY, key));
            } else {
                put(txn, key, model);
            }
        }

        private void move(Cursor cursor, int kind, byte[] key) {
            boolean isThere =
                    switch (kind) {
                        case 0 -> cursor.first() == go(first(), Place.NOWHERE, key);
                        case 1 -> cursor.last() == go(last(), Place.NOWHERE, key);
                        case 2 -> cursor.seek(key) == go(inRange.ceilingKey(key), Place.BELOW, key);
                        case 3 ->
                                cursor.seekHigher(key)
                                        == go(inRange.higherKey(key), Place.ABOVE, key);
                        case 4 ->
                                cursor.seekFloor(key)
                                        == go(inRange.floorKey(key), Place.ABOVE, key);
                        case 5 ->
                                cursor.seekLower(key)
                                        == go(inRange.lowerKey(key), Place.BELOW, key);
                        case 6 ->
                                cursor.seekExact(key)
                                        == go(
                                                inRange.containsKey(key) ? key : null,
                                                Place.BELOW,
                                                key);
                        case 7 -> skip(cursor);
                        case 8 -> batch(cursor);
                        case 9, 10, 11, 12 -> cursor.next() == next();
                        default -> cursor.previous() == previous();
                    };
            assertTrue(isThere, "whether there is an entry");
        }

        private byte[] first() {
            return inRange.isEmpty() ? null : inRange.firstKey();
        }

        private byte[] last() {
            return inRange.isEmpty() ? null : inRange.lastKey();
        }

        private boolean go(byte[] found, Place otherwise, byte[] key) {
            place = found == null ? otherwise : Place.ENTRY;
            finger = found == null ? key : found;
            return found != null;
        }

        private boolean next() {
            return switch (place) {
                case NOWHERE -> go(first(), Place.NOWHERE, null);
                case BELOW -> go(inRange.ceilingKey(finger), Place.BELOW, finger);
                default -> go(inRange.higherKey(finger), Place.ABOVE, finger);
            };
        }

        private boolean previous() {
            return switch (place) {
                case NOWHERE -> go(last(), Place.NOWHERE, null);
                case ABOVE -> go(inRange.floorKey(finger), Place.ABOVE, finger);
                default -> go(inRange.lowerKey(finger), Place.BELOW, finger);
            };
        }

        private boolean skip(Cursor cursor) {
            int distance = random.nextInt(-80, 80);
            if (random.nextInt(10) == 0) {
                return cursor.skip(distance < 0 ? Long.MIN_VALUE : Long.MAX_VALUE)
                        == walked(distance < 0 ? -1000 : 1000);
            }
            return cursor.skip(distance) == walked(distance);
        }

        private boolean walked(int distance) {
            for (int i = 0; i < Math.abs(distance); i++) {
                if (!(distance > 0 ? next() : previous())) {
                    return false;
                }
            }
            return place == Place.ENTRY;
        }

        private boolean batch(Cursor cursor) {
            boolean isThere = cursor.nextBatch(batch);
            assertEquals(isThere, batch.count() > 0);
            for (int i = 0; i < batch.count(); i++) {
                assertTrue(next(), "the batch has one more");
                assertArrayEquals(finger, batch.key(i));
                byte[] value = inRange.get(finger);
                assertEquals(value.length, batch.valueLength(i));
                int large = i;
                if (batch.isLarge(i)) {
                    assertTrue(batch.hasLarge());
                    assertThrows(IllegalArgumentException.class, () -> batch.value(large));
                } else {
                    assertArrayEquals(value, batch.value(i));
                }
            }
            return isThere || !next();
        }

        private void compare(Cursor cursor, String move) {
            assertEquals(place == Place.ENTRY, cursor.isOnEntry(), move);
            if (place == Place.ENTRY) {
                assertArrayEquals(finger, cursor.key());
                compareValue(cursor);
                assertArrayEquals(finger, cursor.keyView().toBytes());
            } else {
                assertThrows(IllegalStateException.class, cursor::keyView);
                assertThrows(IllegalStateException.class, cursor::valueView);
            }
            assertEquals(remaining(), cursor.remaining(), "remaining");
        }

        private int remaining() {
            return switch (place) {
                case NOWHERE -> inRange.size();
                case BELOW -> count(inRange.ceilingKey(finger));
                default -> count(inRange.higherKey(finger));
            };
        }

        private int count(byte[] from) {
            return from == null ? 0 : inRange.tailMap(from, true).size();
        }

        private void compareValue(Cursor cursor) {
            byte[] value = inRange.get(finger);
            if (value == null) {
                List.<Runnable>of(cursor::value, cursor::valueView, cursor::valueLength)
                        .forEach(read -> assertThrows(IllegalStateException.class, read::run));
                return;
            }
            switch (random.nextInt(3)) {
                case 0 -> assertArrayEquals(value, cursor.value());
                case 1 -> assertArrayEquals(value, cursor.valueView().toBytes());
                default -> {
                    byte[] target = new byte[value.length + 2];
                    assertEquals(value.length, cursor.value(target, 1));
                    assertTrue(Arrays.equals(value, 0, value.length, target, 1, value.length + 1));
                }
            }
            assertEquals(value.length, cursor.valueLength());
        }
    }
}
