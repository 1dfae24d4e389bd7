package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: whatever its bounds and wherever it stands, a cursor moves as an index does in the sorted
 * array of the keys. Method: random moves from a seed over trees with keys on the edges of the
 * layout; each failure names its seed and move.
 */
class TreeCursorModelTest {
    private static final int MOVES = 3000;
    private static final int MOVES_PER_BOUNDS = 40;

    @TestFactory
    Stream<DynamicTest> cursorsMoveAsAnIndexInASortedArray() {
        return Stream.of(512, 1024, 4096)
                .flatMap(pageBytes ->
                        Stream.of(KeySource.Kind.values())
                                .map(kind ->
                                        DynamicTest.dynamicTest(
                                                pageBytes + " " + kind,
                                                () -> run(pageBytes, kind))));
    }

    private static void run(int pageBytes, KeySource.Kind kind) {
        long seed = 31L * pageBytes + kind.name().hashCode();
        SplittableRandom random = new SplittableRandom(seed);
        try (TreeLab lab = new TreeLab(pageBytes)) {
            for (int entries : new int[] {0, 1, 12, kind == KeySource.Kind.LONG ? 150 : 900}) {
                KeySource source = new KeySource(random, kind, pageBytes);
                fill(lab, source, entries);
                new Walk(lab, source, random, "seed=" + seed + " entries=" + entries).all();
            }
        }
    }

    private static void fill(TreeLab lab, KeySource source, int entries) {
        lab.begin(false);
        for (int i = 0; i < entries; i++) {
            byte[] key = source.key();
            byte[] value = source.value(key.length);
            lab.writer.put(lab.roots[0], key, key.length, value, 0, value.length);
            lab.models.get(0).put(key, value);
        }
        lab.commit();
    }

    private static final class Walk {
        private final NavigableMap<byte[], byte[]> model;
        private final List<byte[]> keys;
        private final KeySource source;
        private final SplittableRandom random;
        private final String name;
        private final TreeCursor cursor;
        private int low;
        private int high;
        private int at;
        private boolean isFresh;

        Walk(TreeLab lab, KeySource source, SplittableRandom random, String name) {
            this.model = lab.models.get(0);
            this.keys = new ArrayList<>(model.keySet());
            this.source = source;
            this.random = random;
            this.name = name;
            this.cursor = new TreeCursor(lab.committed(), lab.roots[0]);
        }

        void all() {
            for (int i = 0; i < MOVES; i++) {
                if (i % MOVES_PER_BOUNDS == 0) {
                    setBounds();
                }
                int kind = random.nextInt(14);
                byte[] key = key();
                String move = name + " move=" + i + " kind=" + kind + " to " + TreeLab.text(key);
                int was = at;
                assertEquals(expect(kind, key), move(kind, key, was), move);
                assertEquals(isOnEntry(), cursor.isOnEntry(), move);
                if (cursor.isOnEntry()) {
                    TreeLab.assertKey(keys.get(at), cursor.key());
                    assertEquals(at, cursor.rank(), move);
                    assertArrayEquals(model.get(keys.get(at)), cursor.value(), move);
                }
            }
        }

        private void setBounds() {
            byte[] from = random.nextInt(3) == 0 ? null : key();
            byte[] to = random.nextInt(3) == 0 ? null : key();
            if (from != null && to != null && Arrays.compareUnsigned(from, to) > 0) {
                byte[] lower = to;
                to = from;
                from = lower;
            }
            low = from == null ? 0 : model.headMap(from).size();
            high = to == null ? keys.size() : model.headMap(to).size();
            at = low - 1;
            isFresh = true;
            cursor.within(from, to);
            assertEquals(low, cursor.lowRank(), name);
            assertEquals(high, cursor.highRank(), name);
        }

        private byte[] key() {
            return keys.isEmpty() || random.nextBoolean()
                    ? source.key()
                    : keys.get(random.nextInt(keys.size()));
        }

        private boolean move(int kind, byte[] key, int was) {
            return switch (kind) {
                case 0 -> cursor.first();
                case 1 -> cursor.last();
                case 2 -> cursor.seek(key, key.length);
                case 3 -> cursor.seekHigher(key, key.length);
                case 4 -> cursor.seekFloor(key, key.length);
                case 5 -> cursor.seekLower(key, key.length);
                case 6 -> cursor.seekExact(key, key.length);
                case 7 -> cursor.isOnEntry() && cursor.skip(at(key) - was);
                case 8, 9, 10 -> cursor.next();
                default -> cursor.previous();
            };
        }

        /** {@return a place inside the bounds or a little outside} */
        private int at(byte[] key) {
            return model.headMap(key).size() + key.length % 3 - 1;
        }

        /** Moves the index; {@return whether it is on an entry} */
        private boolean expect(int kind, byte[] key) {
            int below = model.headMap(key).size();
            int upTo = model.headMap(key, true).size();
            boolean wasOnEntry = isOnEntry();
            at =
                    switch (kind) {
                        case 0 -> low;
                        case 1 -> high - 1;
                        case 2 -> Math.max(low, below);
                        case 3 -> Math.max(low, upTo);
                        case 4 -> Math.min(high, upTo) - 1;
                        case 5 -> Math.min(high, below) - 1;
                        case 6 -> below < upTo ? below : low - 1;
                        case 7 -> wasOnEntry ? at(key) : at;
                        case 8, 9, 10 -> at + 1;
                        default -> isFresh ? high - 1 : at - 1;
                    };
            at = Math.max(low - 1, Math.min(high, at));
            boolean mayGoBackToStart = kind == 6 || (kind == 7 && wasOnEntry);
            isFresh = keys.isEmpty() || (isFresh && kind == 7);
            if (mayGoBackToStart && !isOnEntry()) {
                at = low - 1;
                isFresh = true;
            }
            return isOnEntry();
        }

        private boolean isOnEntry() {
            return at >= low && at < high;
        }
    }
}
