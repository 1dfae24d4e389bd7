package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.ReadOnlyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A vacuum makes the file smaller and loses nothing, beside readers and a writer, whatever lies at
 * the end. After each test the store is compared with a model and checked.
 */
@Timeout(300)
class VacuumTest {
    private static final ColumnFamily OTHER = ColumnFamily.of("other");

    @TempDir Path directory;
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Model model = new Model();
    private StoreConfig config;
    private Store store;

    private Path path() {
        return directory.resolve("store");
    }

    private void open(int pageBytes) {
        config =
                StoreConfig.defaults()
                        .withPageBytes(pageBytes)
                        .withBusyTimeoutMillis(0)
                        .withCloseTimeoutMillis(0)
                        .withMaintenance(MaintenanceMode.MANUAL)
                        .withClock(() -> Instant.ofEpochMilli(now.get()));
        store = Store.open(path(), config);
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(OTHER);
            model.create(OTHER);
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        try (Store again = Store.open(path(), config)) {
            model.verify(again);
            assertEquals(List.of(), again.check(Progress.NONE).problems());
        }
    }

    private void put(WriteTransaction txn, ColumnFamily family, byte[] key, byte[] value) {
        model.put(txn, family, key, value);
    }

    private void delete(WriteTransaction txn, ColumnFamily family, int i) {
        assertTrue(txn.delete(family, Samples.key(i)));
        model.of(family).remove(Samples.key(i));
    }

    /** Entries of both families, some of them with runs. */
    private void fill(int entries) {
        for (int from = 0; from < entries; from += 1_000) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = from; i < Math.min(entries, from + 1_000); i++) {
                    int valueBytes = i % 50 == 0 ? 5_000 + i % 7 * 3_000 : i % 60;
                    put(
                            txn,
                            i % 3 == 0 ? OTHER : ColumnFamily.DEFAULT,
                            Samples.key(i),
                            Samples.value(i, valueBytes));
                }
                txn.commit();
            }
        }
    }

    private void deleteAllBut(int entries, int tenth) {
        for (int from = 0; from < entries; from += 1_000) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = from; i < Math.min(entries, from + 1_000); i++) {
                    if (i % 10 != tenth) {
                        ColumnFamily family = i % 3 == 0 ? OTHER : ColumnFamily.DEFAULT;
                        delete(txn, family, i);
                    }
                }
                txn.commit();
            }
        }
    }

    private long compactBytes() throws IOException {
        Path copy = directory.resolve("copy");
        store.copyTo(copy, true, Progress.NONE);
        long bytes = Files.size(copy);
        Files.delete(copy);
        return bytes;
    }

    private void check() {
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        model.verify(store);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 4096, 65_536})
    void fileOfWhatIsLeftIsNearlyThatOfACopy(int pageBytes) throws IOException {
        open(pageBytes);
        fill(20_000);
        deleteAllBut(20_000, 7);
        long before = Files.size(path());
        VacuumResult result = store.vacuum(0);
        check();
        assertEquals(VacuumResult.Rest.NOTHING, result.rest(), result.toString());
        assertEquals(before - Files.size(path()), result.cutBytes());
        assertEquals(Files.size(path()), result.fileBytes());
        // Room for what comes next: at least a sixteenth, and 64 pages and as many KiB.
        long slack = 2 * 64L * pageBytes + (128 << 10);
        assertTrue(
                result.fileBytes() - slack <= 1.3 * compactBytes(), () -> result + " " + pageBytes);
        VacuumResult again = store.vacuum(0);
        check();
        assertTrue(again.fileBytes() <= result.fileBytes(), () -> result + " " + again);
    }

    @Test
    void largeValuesMove() throws IOException {
        open(1024);
        Random random = new Random(3);
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 300; i++) {
                put(txn, OTHER, Samples.key(i), Samples.value(i, random.nextInt(40_000)));
            }
            put(txn, OTHER, Samples.key(300, 5_000), Samples.value(300, 70_000));
            txn.commit();
        }
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 280; i++) {
                delete(txn, OTHER, i);
            }
            txn.commit();
        }
        VacuumResult result = store.vacuum(0);
        check();
        assertEquals(VacuumResult.Rest.NOTHING, result.rest(), result.toString());
        assertTrue(result.fileBytes() <= 2 * compactBytes(), result.toString());
    }

    @Test
    void budgetMakesTheFileSmallerStepByStep() throws IOException {
        open(1024);
        fill(10_000);
        deleteAllBut(10_000, 3);
        long size = Files.size(path());
        int steps = 0;
        VacuumResult result;
        do {
            result = store.vacuum(8);
            check();
            assertTrue(result.fileBytes() <= size, result.toString());
            assertTrue(result.writtenPages() < 1_000, result.toString());
            size = result.fileBytes();
            steps++;
        } while (result.rest() == VacuumResult.Rest.BUDGET && steps < 200);
        assertTrue(steps > 3, "steps=" + steps + " " + result);
        assertEquals(VacuumResult.Rest.NOTHING, result.rest(), result.toString());
    }

    @Test
    void valuesThatHaveNoOtherPlaceStay() {
        open(1024);
        fill(10_000);
        deleteAllBut(10_000, 0);
        for (int i = 0; i < 3; i++) {
            VacuumResult result = store.vacuum(i == 2 ? 10 : 0);
            check();
            assertTrue(
                    result.rest() == VacuumResult.Rest.ROOM
                            || result.rest() == VacuumResult.Rest.NOTHING,
                    result.toString());
        }
    }

    @Test
    void oldSnapshotKeepsWhatItSeesAndIsNamed() throws IOException {
        open(1024);
        fill(5_000);
        long full = Files.size(path());
        try (Snapshot snapshot = store.snapshot()) {
            deleteAllBut(5_000, 3);
            now.addAndGet(5_000);
            VacuumResult result = store.vacuum(0);
            check();
            assertEquals(VacuumResult.Rest.SNAPSHOTS, result.rest(), result.toString());
            assertEquals(
                    List.of(snapshot.txn()),
                    result.heldBy().stream().map(OpenReader::txn).toList());
            assertTrue(result.fileBytes() >= full / 2);
            assertEquals(5_000, snapshot.count(ColumnFamily.DEFAULT) + snapshot.count(OTHER));
            assertArrayEquals(
                    Samples.value(50, 5_000 + 50 % 7 * 3_000),
                    snapshot.get(ColumnFamily.DEFAULT, Samples.key(50)));
        }
        VacuumResult result = store.vacuum(0);
        assertEquals(VacuumResult.Rest.NOTHING, result.rest(), result.toString());
        assertTrue(result.fileBytes() < full / 3, result.toString());
    }

    @Test
    void namedSnapshotKeepsWhatItSeesAndIsNamed() throws IOException {
        open(1024);
        fill(5_000);
        store.retain("before");
        deleteAllBut(5_000, 3);
        VacuumResult result = store.vacuum(0);
        check();
        assertEquals(VacuumResult.Rest.SNAPSHOTS, result.rest(), result.toString());
        assertEquals(List.of("before"), result.names());
        try (Snapshot snapshot = store.snapshot("before")) {
            assertEquals(5_000, snapshot.count(ColumnFamily.DEFAULT) + snapshot.count(OTHER));
        }
        assertTrue(store.dropSnapshot("before"));
        result = store.vacuum(0);
        check();
        assertEquals(VacuumResult.Rest.NOTHING, result.rest(), result.toString());
        assertTrue(result.fileBytes() <= compactBytes() + (256 << 10), result.toString());
    }

    @Test
    void openTransactionIsNotWaitedForLongerThanTheTimeout() throws Exception {
        open(1024);
        fill(2_000);
        deleteAllBut(2_000, 1);
        try (WriteTransaction txn = store.begin()) {
            assertThrows(IllegalStateException.class, () -> store.vacuum(0));
            Crew crew = new Crew(0);
            crew.once(
                    Thread.ofPlatform(),
                    () -> {
                        VacuumResult result = store.vacuum(0);
                        assertEquals(VacuumResult.Rest.BUSY, result.rest());
                        assertEquals(0, result.writtenPages());
                    });
            crew.join();
            txn.rollback();
        }
        assertThrows(IllegalArgumentException.class, () -> store.vacuum(-1));
        assertTrue(store.vacuum(0).writtenPages() > 0);
    }

    @Test
    void writersAndReadersGoOnMeanwhile() throws Exception {
        open(512);
        config = config.withBusyTimeoutMillis(60_000);
        store.close();
        store = Store.open(path(), config);
        int entries = 4_000;
        fill(entries);
        deleteAllBut(entries, 3);
        Crew crew = new Crew(60_000);
        Thread vacuum =
                crew.once(
                        Thread.ofPlatform(),
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                store.vacuum(i % 2 == 0 ? 0 : 50);
                            }
                        });
        crew.once(
                Thread.ofPlatform(),
                () -> {
                    try (Reader reader = store.reader()) {
                        while (vacuum.isAlive()) {
                            reader.refresh();
                            for (int i = 3; i < entries; i += 10) {
                                ColumnFamily family = i % 3 == 0 ? OTHER : ColumnFamily.DEFAULT;
                                assertTrue(reader.exists(family, Samples.key(i)));
                            }
                        }
                    }
                });
        crew.once(
                Thread.ofPlatform(),
                () -> {
                    try (Snapshot snapshot = store.snapshot()) {
                        while (vacuum.isAlive()) {
                            long count = 0;
                            try (Cursor cursor = snapshot.cursor(OTHER)) {
                                while (cursor.next()) {
                                    count++;
                                }
                            }
                            assertEquals(snapshot.count(OTHER), count);
                        }
                    }
                });
        Random random = new Random(5);
        int rounds = 0;
        while (vacuum.isAlive()) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 20; i++) {
                    byte[] key = Samples.key(100_000 + random.nextInt(500));
                    put(txn, OTHER, key, Samples.value(rounds, random.nextInt(200)));
                }
                txn.commit();
            }
            rounds++;
        }
        crew.join();
        assertTrue(rounds > 0);
        check();
    }

    @Test
    void storeForReadingAndDamagedOneAreLeftAlone() throws IOException {
        open(1024);
        fill(2_000);
        deleteAllBut(2_000, 1);
        store.close();
        long before = Files.size(path());
        try (Store reading = Store.open(path(), config.withReadOnly(true))) {
            assertThrows(ReadOnlyException.class, () -> reading.vacuum(0));
        }
        assertEquals(before, Files.size(path()));
        store = Store.open(path(), config);
    }
}
