package dev.coppice.engine.btree;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.space.ValueSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Goal: the trees of many transactions show what a sorted map shows, snapshots keep what they
 * showed, and every page has one owner. Method: random operations from a seed; each failure names
 * its seed.
 */
class TreeModelTest {
    private static final boolean VERIFY_EACH_STEP = Boolean.getBoolean("coppice.model.each");
    private static final int SEEDS = Integer.getInteger("coppice.model.seeds", 3);
    private static final long FIRST_SEED = Long.getLong("coppice.model.first", 1);
    private static final int OPERATIONS = Integer.getInteger("coppice.model.operations", 4000);

    @TestFactory
    Stream<DynamicTest> treesMatchTheModel() {
        return Stream.of(512, 1024, 4096)
                .flatMap(pageBytes ->
                        Stream.of(KeySource.Kind.values()).flatMap(kind -> seeds(pageBytes, kind)));
    }

    private static Stream<DynamicTest> seeds(int pageBytes, KeySource.Kind kind) {
        return Stream.iterate(FIRST_SEED, seed -> seed + 1)
                .limit(SEEDS)
                .map(seed ->
                        DynamicTest.dynamicTest(
                                pageBytes + " " + kind + " seed " + seed,
                                () -> new Run(pageBytes, kind, seed).all()));
    }

    private static final class Run {
        private final SplittableRandom random;
        private final TreeLab lab;
        private final KeySource keys;
        private final ValueSource source = new ValueSource();
        private final int target;
        private final int expiring;
        private final Deque<TreeLab.Savepoint> savepoints = new ArrayDeque<>();
        private final String name;
        private int step;
        private String mode = "";
        private String last = "";

        Run(int pageBytes, KeySource.Kind kind, long seed) {
            name = "pageBytes=" + pageBytes + " kind=" + kind + " seed=" + seed;
            random = new SplittableRandom(seed * 31 + pageBytes);
            lab = new TreeLab(pageBytes);
            keys = new KeySource(random, kind, pageBytes);
            target = kind == KeySource.Kind.LONG ? 300 : 1500;
            expiring = (int) (seed % 3) * 2;
        }

        void all() {
            try (lab) {
                while (step < OPERATIONS) {
                    transaction();
                }
                while (lab.held() > 0) {
                    lab.letGo(0);
                }
                finish();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(name + " step=" + step + " " + last + ": " + e, e);
            }
        }

        private void finish() {
            lab.begin(random.nextBoolean());
            for (int i = 0; i < TreeLab.TREES; i++) {
                while (!lab.models.get(i).isEmpty()) {
                    byte[] key = lab.models.get(i).firstKey();
                    if (random.nextBoolean()) {
                        key = nearby(lab.models.get(i));
                    }
                    delete(i, key);
                }
            }
            lab.commit();
            lab.verify();
            lab.accountForPages();
            assertEquals(0, lab.allocator.pending().pages());
        }

        private void transaction() {
            boolean isPositional = random.nextInt(3) == 0;
            lab.begin(isPositional);
            mode = isPositional ? "positional " : "mapped ";
            savepoints.clear();
            int operations = 1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 30);
            for (int i = 0; i < operations; i++) {
                step++;
                operation(random.nextInt(TreeLab.TREES));
                if (VERIFY_EACH_STEP) {
                    lab.verify();
                    lab.accountForPages();
                }
                if (random.nextInt(100) == 0) {
                    savepoint();
                }
            }
            if (random.nextInt(4) == 0) {
                lab.verify();
                lab.accountForPages();
            }
            if (random.nextInt(8) == 0) {
                lab.abort();
            } else {
                lab.commit();
            }
            if (random.nextInt(4) == 0) {
                lab.verify();
                lab.accountForPages();
            }
            snapshots();
        }

        private void savepoint() {
            if (savepoints.isEmpty() || random.nextBoolean()) {
                savepoints.push(lab.mark());
                return;
            }
            TreeLab.Savepoint savepoint = savepoints.peek();
            if (random.nextBoolean()) {
                savepoints.pop();
                savepoint = savepoints.isEmpty() ? savepoint : savepoints.peek();
            }
            lab.rollback(savepoint);
            if (random.nextInt(3) == 0) {
                lab.verify();
                lab.accountForPages();
            }
        }

        private void snapshots() {
            if (random.nextInt(10) == 0) {
                lab.hold();
            }
            if (lab.held() > 0 && random.nextInt(12) == 0) {
                lab.letGo(random.nextInt(lab.held()));
                lab.reclaim();
                lab.accountForPages();
            }
        }

        private void operation(int tree) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            boolean isFull = model.size() > target;
            int dice = random.nextInt(isFull ? 60 : 100);
            if (dice < 2) {
                deleteRange(tree);
            } else if (dice < 3 && random.nextInt(20) == 0) {
                lab.writer.clear(lab.roots[tree]);
                model.clear();
            } else if (dice < 4) {
                purge(tree);
            } else if (dice < 5) {
                lab.now += random.nextInt(30);
            } else if (dice < 8) {
                touch(tree, nearby(model));
            } else if (dice < 24) {
                delete(tree, nearby(model));
            } else if (dice < 28) {
                delete(tree, keys.key());
            } else if (dice < 40) {
                read(tree);
            } else if (dice < 44) {
                append(tree);
            } else if (dice < 48) {
                add(tree, random.nextBoolean() ? keys.key() : nearby(model));
            } else if (dice < 58) {
                put(tree, nearby(model));
            } else {
                put(tree, keys.key());
            }
        }

        /** {@return mostly a key that is there} */
        private byte[] nearby(NavigableMap<byte[], byte[]> model) {
            byte[] key = keys.key();
            byte[] there = random.nextBoolean() ? model.ceilingKey(key) : model.floorKey(key);
            return there == null ? key : there;
        }

        private void put(int tree, byte[] key) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            byte[] old = model.get(key);
            byte[] value;
            if (old != null && random.nextInt(3) == 0) {
                value = new byte[old.length];
                random.nextBytes(value);
            } else {
                value = keys.value(key.length);
            }
            long deadline = deadline();
            last = mode + "put " + tree + " " + TreeLab.text(key) + " = " + value.length;
            last += " until " + deadline + " at " + lab.now;
            boolean isNew = put(lab.roots[tree], key, value, deadline);
            assertEquals(!lab.isLive(old), isNew, "is new");
            store(model, key, value, deadline);
        }

        private void store(
                NavigableMap<byte[], byte[]> model, byte[] key, byte[] value, long deadline) {
            model.put(key, value);
            if (deadline != LeafPage.NO_DEADLINE) {
                lab.deadlines.put(value, deadline);
            }
        }

        /** {@return mostly none, in some runs; now and then one that is over already} */
        private long deadline() {
            boolean hasOne = random.nextInt(8) < expiring;
            return hasOne ? Math.max(0, lab.now + random.nextInt(150) - 10) : LeafPage.NO_DEADLINE;
        }

        private void touch(int tree, byte[] key) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            byte[] old = model.get(key);
            long deadline = deadline();
            last = mode + "touch " + tree + " " + TreeLab.text(key) + " until " + deadline;
            boolean isThere = lab.writer.touch(lab.roots[tree], key, key.length, deadline);
            assertEquals(lab.isLive(old), isThere, "touched");
            if (isThere) {
                store(model, key, old.clone(), deadline);
            }
        }

        /** Removes what has expired, in steps of any size, in the order of the keys. */
        private void purge(int tree) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            int maxEntries = 1 + random.nextInt(40);
            int maxPages = 1 + random.nextInt(10);
            last = mode + "purge " + tree + " by " + maxEntries + " and " + maxPages;
            ExpiryScan scan = new ExpiryScan();
            TreeRoot root = lab.roots[tree];
            List<byte[]> gone = new ArrayList<>();
            while (!scan.isDone()) {
                int before = gone.size();
                long removed =
                        lab.writer.purge(root, scan, lab.now, maxEntries, maxPages, gone::add);
                assertEquals(gone.size() - before, removed, "removed");
                assertTrue(removed <= maxEntries, "more than the budget");
            }
            List<byte[]> expired = new ArrayList<>();
            model.forEach((key, value) -> {
                if (!lab.isLive(value)) {
                    expired.add(key);
                }
            });
            assertEquals(expired.size(), gone.size(), "expired entries");
            for (int i = 0; i < gone.size(); i++) {
                TreeLab.assertKey(expired.get(i), gone.get(i));
                model.remove(gone.get(i));
            }
            boolean hasDeadlines =
                    model.values().stream()
                            .anyMatch(value -> lab.deadline(value) != LeafPage.NO_DEADLINE);
            assertTrue(hasDeadlines || !root.mayExpire() || root.count() > 0);
            if (!hasDeadlines && !root.isEmpty()) {
                assertTrue(!root.mayExpire() || isLeftOver(root), "flags for nothing stay");
            }
        }

        /** A branch with one child may keep its flag until somebody comes that way. */
        private boolean isLeftOver(TreeRoot root) {
            return !new ExpiryScan().findWork(lab.pages(), root, lab.now, Integer.MAX_VALUE);
        }

        /** Puts a value in one of the ways in which it can reach its place. */
        private boolean put(TreeRoot root, byte[] key, byte[] value, long deadline) {
            byte[] shifted = new byte[value.length + 3];
            System.arraycopy(value, 0, shifted, 3, value.length);
            boolean hasDeadline = deadline != LeafPage.NO_DEADLINE;
            boolean isInline = !lab.pageSize.isOverflow(key.length, value.length, hasDeadline);
            return switch (random.nextInt(isInline ? 3 : 2)) {
                case 0 -> {
                    source.of(shifted, 3, value.length);
                    yield lab.writer.put(root, key, key.length, source, deadline);
                }
                case 1 -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment memory = arena.allocate(shifted.length);
                        MemorySegment.copy(shifted, 0, memory, JAVA_BYTE, 0, shifted.length);
                        source.of(memory, 3, value.length);
                        yield lab.writer.put(root, key, key.length, source, deadline);
                    }
                }
                default -> reserve(root, key, value, deadline);
            };
        }

        private boolean reserve(TreeRoot root, byte[] key, byte[] value, long deadline) {
            source.zeros(value.length);
            boolean isNew = lab.writer.put(root, key, key.length, source, deadline);
            MemorySegment s = lab.writer.valueSegment();
            for (int i = 0; i < value.length; i++) {
                assertEquals(0, s.get(JAVA_BYTE, lab.writer.valueAt() + i), "zero at " + i);
                s.set(JAVA_BYTE, lab.writer.valueAt() + i, value[i]);
            }
            return isNew;
        }

        private void add(int tree, byte[] key) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            byte[] old = lab.isLive(model.get(key)) ? model.get(key) : null;
            long delta = random.nextLong();
            long deadline = deadline();
            last = mode + "add " + tree + " " + TreeLab.text(key) + " + " + delta;
            TreeRoot root = lab.roots[tree];
            long length = lab.writer.addLong(root, key, key.length, delta, deadline);
            assertEquals(old == null ? Long.BYTES : old.length, length);
            if (length == Long.BYTES) {
                ByteBuffer sum = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                long before = old == null ? 0 : sum.put(old).getLong(0);
                byte[] value = sum.putLong(0, before + delta).array();
                store(model, key, value, old == null ? deadline : lab.deadline(old));
            }
        }

        private void append(int tree) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            byte[] key = random.nextInt(3) == 0 ? keys.key() : keys.nextInOrder();
            boolean isAbove = model.isEmpty() || Arrays.compareUnsigned(key, model.lastKey()) > 0;
            byte[] value = keys.value(key.length);
            last = mode + "append " + tree + " " + TreeLab.text(key) + " = " + value.length;
            TreeRoot root = lab.roots[tree];
            long deadline = deadline();
            source.of(value, 0, value.length);
            boolean done = lab.writer.append(root, key, key.length, source, deadline);
            assertEquals(isAbove, done, "appended");
            if (done) {
                store(model, key, value, deadline);
            }
        }

        private void delete(int tree, byte[] key) {
            last = mode + "delete " + tree + " " + TreeLab.text(key);
            boolean wasThere = lab.models.get(tree).remove(key) != null;
            assertEquals(wasThere, lab.writer.delete(lab.roots[tree], key, key.length), "deleted");
        }

        private void deleteRange(int tree) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            byte[] from = random.nextInt(12) == 0 ? null : bound(model);
            byte[] to = random.nextInt(12) == 0 ? null : bound(model);
            if (from != null && to != null && random.nextInt(8) > 0) {
                if (Arrays.compareUnsigned(from, to) > 0) {
                    byte[] lower = to;
                    to = from;
                    from = lower;
                }
                if (random.nextBoolean()) {
                    to = upTo(model, from, 1 + random.nextInt(80));
                }
            }
            last = mode + "delete range " + tree + " " + bound(from) + " .. " + bound(to);
            Map<byte[], byte[]> range = range(model, from, to);
            assertEquals(
                    range.size(), lab.writer.deleteRange(lab.roots[tree], from, to), "removed");
            range.clear();
        }

        private static String bound(byte[] key) {
            return key == null ? "unbounded" : TreeLab.text(key);
        }

        private byte[] bound(NavigableMap<byte[], byte[]> model) {
            return random.nextBoolean() ? keys.key() : nearby(model);
        }

        private static byte[] upTo(NavigableMap<byte[], byte[]> model, byte[] from, int entries) {
            byte[] to = from;
            int left = entries;
            for (byte[] key : model.tailMap(from).keySet()) {
                to = key;
                if (--left == 0) {
                    break;
                }
            }
            return to;
        }

        private static Map<byte[], byte[]> range(
                NavigableMap<byte[], byte[]> model, byte[] from, byte[] to) {
            if (from == null) {
                return to == null ? model : model.headMap(to);
            }
            if (to == null) {
                return model.tailMap(from);
            }
            boolean isEmpty = Arrays.compareUnsigned(from, to) >= 0;
            return isEmpty ? model.subMap(from, from) : model.subMap(from, to);
        }

        private void read(int tree) {
            NavigableMap<byte[], byte[]> model = lab.models.get(tree);
            TreeRoot root = lab.roots[tree];
            PageMap pages = lab.pages();
            byte[] key = random.nextBoolean() ? keys.key() : nearby(model);
            get(pages, root, model, key);
            assertEquals(
                    model.headMap(key).size(),
                    TreeReader.rank(pages, root, key, key.length),
                    "rank");
            boolean isFiltered = random.nextBoolean();
            TreeCursor cursor =
                    isFiltered
                            ? new TreeCursor(pages, root, () -> lab.now)
                            : lab.cursor(pages, root);
            model = isFiltered ? lab.live(model) : model;
            boolean isCeiling = random.nextBoolean();
            boolean found =
                    isCeiling ? cursor.seek(key, key.length) : cursor.seekFloor(key, key.length);
            byte[] there = isCeiling ? model.ceilingKey(key) : model.floorKey(key);
            for (int i = 0; i < 12; i++) {
                assertEquals(there != null, found, "cursor is on an entry");
                assertEquals(found, cursor.isOnEntry());
                if (!found) {
                    break;
                }
                TreeLab.assertKey(there, cursor.key());
                boolean isForward = random.nextInt(4) > 0 == isCeiling;
                found = isForward ? cursor.next() : cursor.previous();
                there = isForward ? model.higherKey(there) : model.lowerKey(there);
            }
        }

        private void get(
                PageMap pages, TreeRoot root, NavigableMap<byte[], byte[]> model, byte[] key) {
            byte[] expected = model.get(key);
            long live = TreeReader.findLive(pages, root, key, key.length, () -> lab.now);
            assertEquals(lab.isLive(expected), live != TreeReader.ABSENT, "live");
            long found = TreeReader.find(pages, root, key, key.length);
            if (found == TreeReader.ABSENT) {
                assertNull(expected, "key not found");
                return;
            }
            assertEquals(lab.deadline(expected), TreeReader.deadline(pages, found), "deadline");
            assertEquals(expected.length, TreeReader.valueBytes(pages, found));
            assertTrue(Arrays.equals(expected, TreeReader.value(pages, found)), "value");
            byte[] target = new byte[expected.length + 2];
            assertEquals(expected.length, TreeReader.copyValue(pages, found, target, 1));
            assertTrue(Arrays.equals(expected, 0, expected.length, target, 1, expected.length + 1));
            int rank = model.headMap(key).size();
            TreeLab.assertKey(key, TreeReader.keyAt(pages, root, rank));
        }
    }
}
