package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: while one process writes a store, others read it: each snapshot is a commit as a whole and
 * stays what it is, whoever dies.
 *
 * <p>Method: {@link PeerProcess}es work on a store whose commits keep an invariant.
 */
class ProcessesTest {
    private static final long SEED = 7;

    @TempDir Path directory;
    private final Random random = new Random(SEED);

    private Path path() {
        return directory.resolve("store");
    }

    private Store createStore() {
        Store store = Store.open(path(), Sums.config());
        Sums.create(store);
        return store;
    }

    private void commit(Store store, int count) {
        for (int i = 0; i < count; i++) {
            Sums.commit(store, random);
        }
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private void assertClean() {
        try (Store store = Store.open(path(), Sums.config())) {
            assertEquals(List.of(), store.check(Progress.NONE).problems());
            Sums.verify(store);
        }
    }

    /** {@return what is open but for what single reads share} */
    private static List<OpenReader> snapshotsIn(Store store) {
        return store.openReaders().stream().filter(open -> open.openedMillis() > 0).toList();
    }

    @Test
    void openReadersOfAllProcessesAreListed() throws IOException {
        try (Store store = createStore()) {
            assertEquals(List.of(), snapshotsIn(store));
            long self = ProcessHandle.current().pid();
            try (Snapshot own = store.snapshot();
                    PeerProcess peer = PeerProcess.open("read", path(), SEED)) {
                commit(store, 1);
                peer.number("hold");
                List<OpenReader> readers = snapshotsIn(store);
                assertEquals(2, readers.size());
                assertEquals(own.txn(), readers.getFirst().txn());
                assertEquals(self, readers.getFirst().processId());
                assertEquals(own.openedMillis(), readers.getFirst().openedMillis());
                assertEquals(store.latestTxn(), readers.getLast().txn());
                assertEquals(peer.pid(), readers.getLast().processId());
                peer.number("drop");
                peer.end();
            }
            try (Reader reader = store.reader()) {
                reader.refresh();
                reader.park();
                OpenReader parked =
                        store.openReaders().stream()
                                .filter(OpenReader::isParked)
                                .findFirst()
                                .orElseThrow();
                assertTrue(parked.isParked());
                assertEquals(self, parked.processId());
            }
            assertEquals(List.of(), snapshotsIn(store));
        }
        assertClean();
    }

    @Test
    void readerBesideAWriterSeesItsNewestCommit() throws IOException {
        try (Store store = createStore()) {
            commit(store, 50);
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                for (int i = 51; i < 120; i++) {
                    assertEquals(i, Sums.commit(store, random));
                    assertEquals(store.latestTxn(), reader.number("latestTxn"));
                    assertEquals(i, reader.number("newest"));
                }
                reader.tell("await " + store.latestTxn());
                commit(store, 1);
                assertEquals("1", reader.answer());
                awaitTrue(store::checkpoint);
                assertEquals(store.durableTxn(), reader.number("durableTxn"));
                assertEquals(0, reader.number("checkProblems"));
                reader.end();
            }
        }
        assertClean();
    }

    /** Goal: what a reader has opened by name stays when the name goes, and so does the writer. */
    @Test
    void namesAreSeenByAllAndSurviveTheWriter() throws IOException {
        createStore().close();
        try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
            try (PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
                writer.ask("commit 40");
                writer.ask("retain 1");
                assertEquals(40, reader.number("openNamed 1"));
                writer.ask("commit 40");
                writer.ask("retain 2");
                writer.ask("commit 300");
                assertEquals(80, reader.number("named 2"));
                assertEquals(1, writer.number("dropSnapshot 1"));
                writer.ask("commit 300");
                assertEquals(40, reader.number("verify"));
                writer.kill();
            }
            assertEquals(80, reader.number("named 2"));
            try (Store store = Store.open(path(), Sums.config())) {
                assertEquals(680, Sums.verify(store));
                awaitTrue(store::checkpoint);
                commit(store, 300);
                awaitTrue(store::checkpoint);
                commit(store, 300);
                assertEquals(40, reader.number("verify"));
                assertEquals(80, reader.number("openNamed 2"));
                assertEquals(
                        List.of("2"),
                        store.namedSnapshots().stream().map(NamedSnapshot::name).toList());
                assertEquals(List.of(), store.check(Progress.NONE).problems());
            }
            reader.end();
        }
        assertClean();
    }

    @Test
    void readerOpenedBeforeGrowthReadsAfterIt() throws IOException {
        try (Store store = createStore();
                PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
            commit(store, 20);
            assertEquals(20, reader.number("hold"));
            for (int round = 0; round < 4; round++) {
                try (WriteTransaction txn = store.begin()) {
                    for (int i = 0; i < 20; i++) {
                        txn.put(Samples.key(round * 20 + i), Samples.value(i, 1 << 20));
                    }
                    txn.commit();
                }
                commit(store, 20);
                assertEquals(40 + 20 * round, reader.number("newest"));
            }
            assertTrue(Files.size(path()) > 80 << 20);
            assertEquals(20, reader.number("verify"));
            reader.end();
        }
        assertClean();
    }

    @Test
    void tailIsNotCutWhileAnotherProcessMapsIt() throws IOException {
        StoreConfig quiet =
                Sums.config().withBackgroundCheckpoints(false).withBusyTimeoutMillis(20);
        try (Store store = Store.open(path(), quiet)) {
            Sums.create(store);
            commit(store, 300);
            try (WriteTransaction txn = store.begin()) {
                txn.put(Samples.text("large"), Samples.value(1, 4 << 20));
                txn.commit();
            }
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                store.delete(Samples.text("large"));
                commit(store, 1);
                long size = Files.size(path());
                assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
                assertEquals(size, Files.size(path()));
                commit(store, 1);
                assertEquals(302, reader.number("hold"));
                assertTrue(store.checkpoint(CheckpointMode.RESTART).busy());
                assertFalse(store.checkpoint(CheckpointMode.FULL).busy());
                assertEquals(302, reader.number("verify"));
                reader.number("drop");
                assertFalse(store.checkpoint(CheckpointMode.RESTART).busy());
                assertEquals(302, reader.number("hold"));
                assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
                assertEquals(size, Files.size(path()));
                reader.number("drop");
                reader.end();
            }
            commit(store, 1);
            long size = Files.size(path());
            assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
            assertTrue(Files.size(path()) < size - (2 << 20));
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                assertEquals(303, reader.number("newest"));
                commit(store, 200);
                assertEquals(503, reader.number("newest"));
                assertEquals(0, reader.number("checkProblems"));
                reader.end();
            }
        }
        assertClean();
    }

    /** {@return what is kept when the last checkpoint is as new as it can be} */
    private static long pending(Store store) {
        for (int i = 0; i < 3; i++) {
            store.put(Samples.text("other"), Samples.text("value " + i));
            awaitTrue(store::checkpoint);
        }
        return store.stats().pendingBytes();
    }

    @Test
    void whatAKilledReaderKeptIsGivenBack() throws IOException {
        try (Store store = createStore()) {
            commit(store, 300);
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                reader.ask("hold");
                reader.ask("hold");
                commit(store, 1000);
                long kept = pending(store);
                assertTrue(kept > 100_000, "kept " + kept);
                reader.kill();
                commit(store, 200);
                assertTrue(pending(store) < kept / 2, "still kept " + pending(store));
            }
        }
        assertClean();
    }

    /** The table is appended to by both at the same time. */
    @Test
    void manySnapshotsOfTwoProcessesShareOneTable() throws IOException {
        try (Store store = createStore();
                PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
            commit(store, 100);
            reader.tell("holdMany 5000");
            List<Snapshot> held = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                held.add(store.snapshot());
            }
            assertEquals("100", reader.answer());
            commit(store, 500);
            assertEquals(100, Sums.verify(held.getLast()));
            assertEquals(100, Sums.verify(held.getFirst()));
            held.forEach(Snapshot::close);
            assertEquals(600, reader.number("hold"));
            assertTrue(pending(store) > 50_000);
            assertEquals(5001, reader.number("drop"));
            assertTrue(pending(store) < 50_000, "kept " + pending(store));
            reader.end();
        }
        assertClean();
    }

    @Test
    void readerWithoutPermissionKeepsWritersOut() throws IOException {
        createStore().close();
        Path live = directory.resolve("store-live");
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(live);
        Files.setPosixFilePermissions(live, Set.of(PosixFilePermission.OWNER_READ));
        assumeFalse(Files.isWritable(live), "the superuser may write everything");
        try (Store store = Store.open(path(), Sums.readOnly())) {
            Files.setPosixFilePermissions(live, before);
            assertEquals(0, Sums.verify(store));
            try (PeerProcess writer = PeerProcess.start("write", path(), SEED)) {
                String refused = writer.anyAnswer();
                assertTrue(refused.startsWith("failed: " + BusyException.class.getName()), refused);
            }
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                assertEquals(0, reader.number("newest"));
                reader.end();
            }
        }
        assertClean();
    }

    @Test
    void stoppedReaderKeepsItsSnapshot() throws IOException, InterruptedException {
        try (Store store = createStore()) {
            commit(store, 200);
            try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
                assertEquals(200, reader.number("hold"));
                reader.signal("STOP");
                commit(store, 1000);
                assertTrue(pending(store) > 100_000);
                reader.signal("CONT");
                assertEquals(200, reader.number("verify"));
                assertEquals(1, reader.number("drop"));
                assertEquals(1200, reader.number("newest"));
                reader.end();
            }
        }
        assertClean();
    }

    @Test
    void snapshotSurvivesTheWriterAndTheRecoveryByTheNext() throws IOException {
        createStore().close();
        try (PeerProcess reader = PeerProcess.open("read", path(), SEED)) {
            for (int round = 0; round < 4; round++) {
                try (PeerProcess writer = PeerProcess.open("write", path(), round)) {
                    writer.ask("commit " + (1 + random.nextInt(400)));
                    long newest = reader.number("hold");
                    writer.ask("commit " + (1 + random.nextInt(200)));
                    assertEquals(newest, reader.number("verify"));
                    writer.tell("commits");
                    assertTrue(Long.parseLong(writer.answer()) > newest);
                    writer.kill();
                }
                reader.ask("verify");
                long published = reader.number("newest");
                try (PeerProcess another = PeerProcess.open("read", path(), SEED)) {
                    assertEquals(published, another.number("newest"));
                    another.end();
                }
            }
            assertEquals(4, reader.number("drop"));
            reader.end();
        }
        assertClean();
    }

    /** A writer that dies while it maps ahead leaves a file that ends in a hole. */
    @Test
    void holeBehindAKilledWriterIsNotUsed() throws IOException {
        createStore().close();
        for (boolean isRead : new boolean[] {false, true}) {
            long written;
            try (PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
                writer.ask("commit 200");
                PeerProcess reader = isRead ? PeerProcess.open("read", path(), SEED) : null;
                try {
                    writer.kill();
                    written = lengthen(64 << 20);
                    try (Store store = Store.open(path(), Sums.config())) {
                        assertTrue(store.stats().fileBytes() <= written);
                        assertEquals(isRead ? 401 : 200, Sums.verify(store));
                        commit(store, 1);
                    }
                    if (reader != null) {
                        assertEquals(402, reader.number("newest"));
                        reader.end();
                    }
                } finally {
                    if (reader != null) {
                        reader.close();
                    }
                }
            }
            assertClean();
        }
    }

    /** {@return the length that the file had} */
    private long lengthen(long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            long before = file.length();
            file.setLength(before + bytes);
            return before;
        }
    }

    @Test
    void writerComesToAStoreThatOthersReadAlready() throws IOException {
        createStore().close();
        long before;
        try (PeerProcess killed = PeerProcess.open("write", path(), 1)) {
            killed.tell("commits");
            for (int i = 0; i < 200; i++) {
                killed.answer();
            }
            killed.kill();
        }
        try (PeerProcess reader = PeerProcess.open("read", path(), SEED);
                PeerProcess second = PeerProcess.open("read", path(), SEED)) {
            before = reader.number("hold");
            assertEquals(before, second.number("newest"));
            assertEquals(0, reader.number("checkProblems"));
            try (Store store = Store.open(path(), Sums.config())) {
                assertEquals(before, reader.number("newest"));
                commit(store, 700);
                assertEquals(before + 700, second.number("newest"));
                assertEquals(before, reader.number("verify"));
                assertEquals(0, second.number("checkProblems"));
            }
            assertEquals(before + 700, second.number("newest"));
            assertEquals(before, reader.number("verify"));
            try (Store store = Store.open(path(), Sums.config())) {
                commit(store, 300);
                assertEquals(before, reader.number("verify"));
            }
            reader.end();
            second.end();
        }
        assertClean();
    }

    @Test
    void fileIsCutOnlyWhenNobodyReads() throws IOException {
        try (PeerProcess reader = startBesideLargeStore()) {
            long size = Files.size(path());
            try (Store store = Store.open(path(), Sums.config())) {
                try (WriteTransaction txn = store.begin()) {
                    for (int i = 0; i < 30; i++) {
                        txn.delete(Samples.key(i));
                    }
                    txn.commit();
                }
                awaitTrue(store::checkpoint);
                commit(store, 300);
            }
            assertTrue(Files.size(path()) >= size);
            assertEquals(100, reader.number("verify"));
            reader.end();
            try (Store store = Store.open(path(), Sums.config());
                    WriteTransaction txn = store.begin()) {
                txn.families().forEach(txn::clear);
                txn.commit();
            }
            assertClean();
            assertTrue(Files.size(path()) < size / 2);
        }
    }

    /** {@return a reader that holds commit 100 of a store with 30 MiB besides} */
    private PeerProcess startBesideLargeStore() throws IOException {
        try (Store store = createStore()) {
            commit(store, 100);
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 30; i++) {
                    txn.put(Samples.key(i), Samples.value(i, 1 << 20));
                }
                txn.commit();
            }
        }
        PeerProcess reader = PeerProcess.open("read", path(), SEED);
        assertEquals(100, reader.number("hold"));
        return reader;
    }

    @Test
    void openingsAndClosingsDisturbNobody() throws IOException {
        try (Store store = createStore()) {
            commit(store, 100);
            List<PeerProcess> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(PeerProcess.open("read", path(), i));
            }
            readers.forEach(reader -> reader.tell("storm 25"));
            commit(store, 1000);
            for (PeerProcess reader : readers) {
                assertTrue(Long.parseLong(reader.answer()) >= 100);
                assertEquals(1100, reader.number("newest"));
                reader.end();
            }
        }
        assertClean();
    }

    @Test
    void writersTakeTurnsBesideReaders() throws IOException {
        try (Store store = createStore();
                PeerProcess reader = PeerProcess.open("read", path(), SEED);
                PeerProcess writer = PeerProcess.open("write", path(), SEED);
                PeerProcess durable = PeerProcess.open("full", path(), 2 * SEED)) {
            long number = 0;
            for (int round = 0; round < 40; round++) {
                int count = 1 + random.nextInt(30);
                number += count;
                assertEquals(number, writer.number("commit " + count));
                assertEquals(++number, Sums.commit(store, random));
                assertEquals(number, reader.number("newest"));
                assertEquals(++number, durable.number("commit 1"));
                assertEquals(number, Sums.verify(store));
                assertEquals(store.latestTxn(), writer.number("latestTxn"));
                assertEquals(store.latestTxn(), store.durableTxn());
                if (round % 10 == 0) {
                    assertEquals(List.of(), store.check(Progress.NONE).problems());
                    assertEquals(0, durable.number("checkProblems"));
                    assertEquals(number, writer.number("hold"));
                }
            }
            writer.end();
            assertEquals(number + 1, Sums.commit(store, random));
            durable.end();
            assertEquals(number + 2, Sums.commit(store, random));
            reader.end();
        }
        assertClean();
    }

    /** Goal: a name that one writer retains and another drops is kept until then, by both. */
    @Test
    void namesAreRetainedAndDroppedByWritersInTurn() throws IOException {
        try (Store store = createStore();
                PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
            assertEquals(20, writer.number("commit 20"));
            for (int name = 1; name <= 4; name++) {
                long named = store.latestTxn();
                writer.ask("retain " + name);
                commit(store, 100);
                awaitTrue(store::checkpoint);
                long number = writer.number("commit 100");
                try (Snapshot snapshot = store.snapshot(Integer.toString(name))) {
                    assertEquals(named, snapshot.txn());
                    assertEquals(number - 200, Sums.verify(snapshot));
                    assertTrue(store.dropSnapshot(Integer.toString(name)));
                    assertEquals(number, writer.number("commit 1") - 1);
                    commit(store, 99);
                    while (writer.number("checkpoint") > 0) {
                        Thread.onSpinWait();
                    }
                    assertEquals(number + 200, writer.number("commit 100"));
                    assertEquals(number - 200, Sums.verify(snapshot));
                }
                assertEquals(List.of(), store.namedSnapshots());
                assertEquals(List.of(), store.check(Progress.NONE).problems());
                assertEquals(0, writer.number("checkProblems"));
            }
            writer.kill();
            commit(store, 100);
        }
        assertClean();
    }

    @Test
    void transactionOfAnotherProcessIsNamedAndWaitedFor() throws IOException {
        StoreConfig hasty = Sums.config().withBusyTimeoutMillis(0);
        try (Store store = Store.open(path(), hasty)) {
            Sums.create(store);
            commit(store, 3);
            try (PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
                Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
                writer.number("begin 0");
                BusyException e = assertThrows(BusyException.class, store::begin);
                assertTrue(e.getMessage().contains("process " + writer.pid()), e.getMessage());
                assertTrue(e.getMessage().contains("since " + e.since()), e.getMessage());
                assertEquals(writer.pid(), e.processId());
                assertFalse(e.since().isBefore(before));
                assertFalse(e.since().isAfter(Instant.now()));
                assertEquals(0, e.waitedMillis());
                assertTrue(store.checkpoint(CheckpointMode.FULL).busy());
                long newest = store.latestTxn();
                awaitTrue(() -> store.checkpoint(CheckpointMode.FULL).busy());
                awaitTrue(() -> {
                    store.checkpoint(CheckpointMode.PASSIVE);
                    return store.durableTxn() == newest;
                });
                writer.number("rollback");
                assertEquals(4, Sums.commit(store, random));
                try (WriteTransaction txn = store.begin()) {
                    writer.tell("commit 1");
                    txn.put(Samples.text("other"), Samples.text("value"));
                    txn.commit();
                }
                assertEquals("5", writer.answer());
                writer.end();
            }
            assertEquals(6, Sums.commit(store, random));
        }
        assertClean();
    }

    @Test
    void processKilledInsideATransactionKeepsNobodyOut() throws IOException {
        try (Store store = Store.open(path(), Sums.config().withBusyTimeoutMillis(0))) {
            Sums.create(store);
            for (int round = 0; round < 6; round++) {
                try (PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
                    assertEquals(5 + 6L * round, writer.number("commit 5"));
                    writer.number("begin " + round % 2);
                    writer.kill();
                    assertEquals(6 + 6L * round, Sums.commit(store, random));
                    assertEquals(List.of(), store.check(Progress.NONE).problems());
                }
            }
        }
        assertClean();
    }

    /** Neither keeps the other from coming to its turn, though both begin again at once. */
    @Test
    void writersInLoopsShareTheRole() throws IOException {
        try (Store store = createStore();
                PeerProcess writer = PeerProcess.open("write", path(), SEED);
                PeerProcess durable = PeerProcess.open("full", path(), SEED)) {
            writer.tell("commits");
            durable.tell("commits");
            long newest = 0;
            for (int i = 0; i < 50; i++) {
                newest = Math.max(newest, Long.parseLong(writer.answer()));
                newest = Math.max(newest, Long.parseLong(durable.answer()));
                assertTrue(Sums.commit(store, random) > i);
            }
            writer.kill();
            durable.kill();
            assertTrue(Sums.verify(store) >= newest);
        }
        assertClean();
    }

    @Test
    void expiryOfAnotherProcessIsSeenAtOnce() throws IOException {
        try (Store store = createStore();
                PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(PeerProcess.EXPIRING);
                txn.commit();
            }
            long late = System.currentTimeMillis() + 100_000_000;
            for (long deadline : new long[] {late, late + 1, 5}) {
                writer.number("expire " + deadline);
                try (Snapshot snapshot = store.snapshot()) {
                    byte[] value = snapshot.get(PeerProcess.EXPIRING, PeerProcess.EXPIRING_KEY);
                    assertEquals(deadline == 5, value == null);
                }
                assertEquals(deadline == 5 ? 0 : deadline, writer.number("expiry"));
            }
            store.put(
                    PeerProcess.EXPIRING,
                    PeerProcess.EXPIRING_KEY,
                    PeerProcess.EXPIRING_KEY,
                    Lifetime.until(late));
            assertEquals(late, writer.number("expiry"));
            store.put(PeerProcess.EXPIRING, PeerProcess.EXPIRING_KEY, PeerProcess.EXPIRING_KEY);
            assertEquals(-1, writer.number("expiry"));
            writer.end();
        }
        assertClean();
    }

    @Test
    void storeClosedBesideAWriterStaysOpenThere() throws IOException {
        try (PeerProcess writer = startBesideClosedStore()) {
            assertEquals(40, writer.number("commit 20"));
            try (Store store = Store.open(path(), Sums.config())) {
                assertEquals(41, Sums.commit(store, random));
                writer.number("begin 0");
            }
            writer.number("rollback");
            assertEquals(42, writer.number("commit 1"));
            while (writer.number("checkpoint") > 0) {
                // That of the background is running.
                Thread.onSpinWait();
            }
            assertEquals(0, writer.number("checkProblems"));
            writer.kill();
        }
        assertClean();
    }

    private PeerProcess startBesideClosedStore() throws IOException {
        try (Store store = createStore()) {
            PeerProcess writer = PeerProcess.open("write", path(), SEED);
            assertEquals(10, writer.number("commit 10"));
            commit(store, 10);
            return writer;
        }
    }

    /** The system drops the locks of a process that opens and closes the live file once more. */
    @Test
    void writerThatLostItsLocksChangesNothingMore() throws IOException {
        Store lost = createStore();
        commit(lost, 3);
        assertTrue(Files.readAllBytes(directory.resolve("store-live")).length > 0);
        try (PeerProcess writer = PeerProcess.open("write", path(), SEED)) {
            assertEquals(13, writer.number("commit 10"));
            var e = assertThrows(StoreIoException.class, () -> Sums.commit(lost, random));
            assertTrue(e.getMessage().contains("lock"), e.getMessage());
            assertThrows(StoreIoException.class, lost::checkpoint);
            lost.close();
            assertEquals(23, writer.number("commit 10"));
            assertEquals(23, writer.number("newest"));
            writer.end();
        }
        assertClean();
    }

    private void killAtRandom(long millis, long seed) throws IOException {
        System.out.println("seed " + seed);
        Random dice = new Random(seed);
        createStore().close();
        long end = System.nanoTime() + millis * 1_000_000;
        long acknowledged = 0;
        int kills = 0;
        long reads = 0;
        List<PeerProcess> readers = new ArrayList<>();
        try {
            while (System.nanoTime() < end) {
                while (readers.size() < 2) {
                    readers.add(PeerProcess.open("read", path(), dice.nextLong()));
                    readers.getLast().tell("reads");
                }
                try (PeerProcess writer = PeerProcess.open("write", path(), dice.nextLong())) {
                    writer.tell("commits");
                    for (int i = dice.nextInt(300); i >= 0; i--) {
                        acknowledged = Long.parseLong(writer.answer());
                    }
                    if (dice.nextBoolean()) {
                        reads += readers.removeFirst().kill().size();
                        kills++;
                    }
                    for (int i = dice.nextInt(200); i >= 0; i--) {
                        acknowledged = Long.parseLong(writer.answer());
                    }
                    List<String> rest = writer.kill();
                    acknowledged = rest.isEmpty() ? acknowledged : Long.parseLong(rest.getLast());
                    kills++;
                }
                long expected = acknowledged;
                try (Store store = Store.open(path(), Sums.readOnly())) {
                    long found = Sums.verify(store);
                    assertTrue(
                            found == expected || found == expected + 1,
                            () -> "acknowledged " + expected + ", found " + found);
                }
            }
            for (PeerProcess reader : readers) {
                reads += reader.kill().size();
            }
        } finally {
            readers.forEach(PeerProcess::close);
        }
        System.out.println(
                acknowledged + " commits, " + reads + "0 snapshots, " + kills + " kills");
        assertClean();
    }

    @Test
    void killsAtRandomLoseNothingAndShowNothingTorn() throws IOException {
        killAtRandom(6_000, System.nanoTime());
    }

    @Test
    @Tag("slow")
    void manyKillsAtRandomLoseNothingAndShowNothingTorn() throws IOException {
        killAtRandom(60_000, System.nanoTime());
    }
}
