package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: every way to read shows right values or says that the handle is gone, whatever is closed,
 * moved, recycled or grown meanwhile.
 *
 * <p>Method: values begin with a checksum of the rest and of their key. Threads read one shared
 * snapshot that another thread keeps replacing, and readers of their own that they refresh, park
 * and reopen; a writer overwrites everything, large values among it; the store is closed under them
 * and opened again.
 */
class ReadRaceTest {
    private static final int KEYS = 200;
    private static final ColumnFamily NAMED = ColumnFamily.of("named");
    private static final long MILLIS = Long.getLong("coppice.race.millis", 4000);
    private static final StoreConfig CONFIG =
            StoreConfig.defaults()
                    .withPageBytes(512)
                    .withCheckpointBytes(1 << 16)
                    .withCheckpointIntervalMillis(20)
                    .withCloseTimeoutMillis(0);

    @TempDir Path directory;
    private final AtomicReference<Snapshot> shared = new AtomicReference<>();

    private static byte[] value(long key) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        boolean isLarge = random.nextInt(8) == 0;
        byte[] value = new byte[4 + (isLarge ? random.nextInt(20_000) : random.nextInt(90))];
        random.nextBytes(value);
        ByteBuffer.wrap(value).putInt(0, checksum(key, value, 0, value.length));
        return value;
    }

    private static int checksum(long key, byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update((int) key);
        crc.update(bytes, from + 4, length - 4);
        return (int) crc.getValue();
    }

    private static void assertRight(long key, byte[] bytes, int from, int length) {
        int stored = ByteBuffer.wrap(bytes).getInt(from);
        assertEquals(checksum(key, bytes, from, length), stored, "value of " + key);
    }

    private static void fill(Store store) {
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(NAMED);
            for (long key = 0; key < KEYS; key++) {
                txn.put(NAMED, key(key), value(key));
            }
            txn.commit();
        }
    }

    private static byte[] key(long key) {
        return new KeyBuilder().addLong(key).toBytes();
    }

    private static void write(Store store) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        try (WriteTransaction txn = store.begin()) {
            for (int i = random.nextInt(20); i >= 0; i--) {
                long key = random.nextInt(KEYS);
                txn.put(NAMED, key(key), value(key));
            }
            if (random.nextInt(50) == 0) {
                txn.put(Samples.text("growth " + random.nextInt(20)), new byte[300_000]);
            }
            txn.commit();
        }
    }

    /** What one thread reads with. */
    private static final class Forms {
        private final ThreadLocalRandom random = ThreadLocalRandom.current();
        private final byte[] target = new byte[20_100];
        private final LargeValue large = new LargeValue();
        private final ValueBatch batch = new ValueBatch();
        private final MemorySegment segment = Arena.ofAuto().allocate(20_100);

        void read(ReadHandle handle) {
            long key = random.nextInt(KEYS);
            switch (random.nextInt(8)) {
                case 0 -> {
                    byte[] value = handle.get(NAMED, key);
                    assertRight(key, value, 0, value.length);
                }
                case 1 -> assertRight(key, target, 7, handle.get(NAMED, key, target, 7));
                case 2 -> {
                    int length = (int) handle.get(NAMED, key, segment, 3);
                    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 3, target, 0, length);
                    assertRight(key, target, 0, length);
                }
                case 3, 4 -> readLarge(handle, key);
                case 5 -> readMany(handle, key);
                case 6 -> neighbours(handle, key);
                default -> scan(handle, key);
            }
        }

        private void readLarge(ReadHandle handle, long key) {
            assertTrue(handle.map(NAMED, key, large));
            int length = (int) large.length();
            large.copyTo(0, target, 0, length);
            assertRight(key, target, 0, length);
            for (int i = 0; i < 20; i++) {
                int at = random.nextInt(length);
                assertEquals(target[at], large.getByte(at));
                if (at + 8 <= length) {
                    long expected = Long.reverseBytes(ByteBuffer.wrap(target).getLong(at));
                    assertEquals(expected, large.getLong(at));
                }
            }
            // Content and lifetime are undefined; that nothing crashes is not.
            MemorySegment raw = large.unsafeSegment();
            try {
                assertEquals(length, raw.toArray(ValueLayout.JAVA_BYTE).length);
            } catch (IllegalStateException e) {
                assertTrue(e.getMessage().contains("closed"), e.getMessage());
            } catch (InternalError e) {
                // The store was closed, and the free tail of its file cut off.
                assertTrue(e.getMessage().contains("memory access"), e.getMessage());
            }
        }

        private void readMany(ReadHandle handle, long first) {
            byte[][] keys = new byte[20][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = key((first + i * 7L) % KEYS);
            }
            handle.multiGet(NAMED, keys, batch);
            for (int i = 0; i < keys.length; i++) {
                assertRight(
                        (first + i * 7L) % KEYS, batch.data(), batch.offset(i), batch.length(i));
            }
        }

        private void neighbours(ReadHandle handle, long key) {
            Entry floor = handle.floor(NAMED, key);
            assertEquals(key, floor.keyLong());
            assertRight(key, floor.value(), 0, floor.value().length);
            Entry higher = handle.higher(NAMED, key);
            assertEquals(key == KEYS - 1, higher == null);
            Entry same = handle.entryAt(NAMED, handle.rank(NAMED, key));
            assertEquals(key, same.keyLong());
            List<Entry> sample = handle.sample(NAMED, 5, random);
            for (Entry entry : sample) {
                assertRight(entry.keyLong(), entry.value(), 0, entry.value().length);
            }
        }

        private void scan(ReadHandle handle, long key) {
            assertEquals(KEYS, handle.count(NAMED));
            try (Cursor cursor = handle.cursor(NAMED)) {
                assertTrue(cursor.seek(key(key)));
                for (long at = key; at < Math.min(KEYS, key + 30); at++) {
                    byte[] value = cursor.value();
                    assertRight(at, value, 0, value.length);
                    assertEquals(at < KEYS - 1, cursor.next());
                }
            }
        }

        void view(Reader reader) {
            long key = random.nextInt(KEYS);
            BytesView view = reader.view(NAMED, key);
            assertNotNull(view);
            assertRight(key, view.array(), view.offset(), view.length());
            if (random.nextInt(4) == 0) {
                reader.refresh();
            }
            if (random.nextInt(50) == 0) {
                reader.park();
                reader.refresh();
            }
        }
    }

    private void readShared(Crew crew, Store store, Forms forms) {
        while (crew.isWorking()) {
            try {
                forms.read(shared.get());
                store.get(NAMED, key(1));
            } catch (SnapshotClosedException e) {
                Thread.onSpinWait();
            } catch (StoreClosedException e) {
                return;
            }
        }
    }

    private static void readOwn(Crew crew, Store store, Forms forms) {
        while (crew.isWorking()) {
            try (Reader reader = store.reader()) {
                for (int i = 0; i < 200; i++) {
                    forms.view(reader);
                    forms.read(reader);
                }
            } catch (SnapshotClosedException e) {
                Thread.onSpinWait();
            } catch (StoreClosedException e) {
                return;
            }
        }
    }

    private void replaceShared(Crew crew, Store store) {
        while (crew.isWorking()) {
            try {
                Snapshot next = store.snapshot();
                shared.getAndSet(next).close();
                for (Pin pin : store.pins().all()) {
                    if (pin != null && ThreadLocalRandom.current().nextInt(50) == 0) {
                        evict(store, pin);
                    }
                }
            } catch (StoreClosedException e) {
                return;
            }
        }
    }

    private static void evict(Store store, Pin pin) {
        long generation = pin.generation();
        if (OpenPins.isPinning(generation) && Pin.state(generation) == Pin.OPEN) {
            try {
                store.pins().evict(pin, generation);
            } catch (IllegalStateException e) {
                // The store was closed just now.
                assertTrue(e.getMessage().contains("closed"), e.getMessage());
            }
        }
    }

    private static void writeUntilClosed(Crew crew, Store store) {
        while (crew.isWorking()) {
            try {
                write(store);
            } catch (StoreClosedException e) {
                return;
            }
        }
    }

    private void race(long millis) throws InterruptedException {
        Path path = directory.resolve("store");
        Crew crew = new Crew(millis);
        boolean isNew = true;
        while (crew.isWorking()) {
            Store store = Store.open(path, CONFIG);
            if (isNew) {
                fill(store);
                isNew = false;
            }
            shared.set(store.snapshot());
            crew.once(Thread.ofPlatform(), () -> readShared(crew, store, new Forms()));
            crew.once(Thread.ofVirtual(), () -> readShared(crew, store, new Forms()));
            crew.once(Thread.ofPlatform(), () -> readOwn(crew, store, new Forms()));
            crew.once(Thread.ofPlatform(), () -> replaceShared(crew, store));
            crew.once(Thread.ofPlatform(), () -> writeUntilClosed(crew, store));
            Thread.sleep(ThreadLocalRandom.current().nextInt(400));
            store.close();
        }
        crew.join();
        try (Store store = Store.open(path, CONFIG)) {
            assertEquals(List.of(), store.check(Progress.NONE).problems());
            assertEquals(0, store.stats().openSnapshots());
        }
    }

    @Test
    void readsShowRightValuesOrSayThatTheHandleIsGone() throws InterruptedException {
        race(MILLIS);
    }

    @Test
    @Tag("slow")
    void readsShowRightValuesForAMinute() throws InterruptedException {
        race(60_000);
    }
}
