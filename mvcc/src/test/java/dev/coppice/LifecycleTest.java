package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stores, snapshots, cursors and transactions before, after and beside their time. After each test
 * the store is opened again and has to hold what the model holds.
 */
class LifecycleTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults().withCloseTimeoutMillis(0);
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] VALUE = Samples.value(1, 20);

    @TempDir Path directory;
    private final Model model = new Model();
    private Path path;
    private Store store;

    @BeforeEach
    void open() {
        path = directory.resolve("store");
        store = Store.open(path, CONFIG);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, KEY, VALUE);
            model.put(txn, Samples.key(5), VALUE);
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        model.verify(path, CONFIG);
    }

    private static void assertMisuse(Executable call, String... parts) {
        IllegalStateException e = assertThrows(IllegalStateException.class, call);
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    /** Runs on a thread of its own; returns what it threw. */
    private static Throwable elsewhere(Executable call) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                call.execute();
                            } catch (Throwable e) {
                                thrown.set(e);
                            }
                        });
        thread.join();
        return thrown.get();
    }

    @Test
    void closedStoreRefusesEverything() {
        Snapshot snapshot = store.snapshot();
        Cursor cursor = snapshot.cursor();
        assertTrue(cursor.next());
        store.close();
        store.close();
        assertThrows(StoreClosedException.class, () -> store.get(KEY));
        assertThrows(StoreClosedException.class, () -> store.put(KEY, VALUE));
        assertThrows(StoreClosedException.class, () -> store.delete(KEY));
        assertThrows(StoreClosedException.class, store::begin);
        assertThrows(StoreClosedException.class, store::snapshot);
        assertThrows(StoreClosedException.class, store::checkpoint);
        assertThrows(StoreClosedException.class, store::latestTxn);
        assertThrows(StoreClosedException.class, store::durableTxn);
        assertThrows(StoreClosedException.class, store::stats);
        assertThrows(SnapshotClosedException.class, () -> snapshot.get(KEY));
        assertThrows(SnapshotClosedException.class, snapshot::count);
        assertThrows(SnapshotClosedException.class, snapshot::families);
        assertThrows(SnapshotClosedException.class, snapshot::cursor);
        assertThrows(SnapshotClosedException.class, cursor::next);
        assertThrows(SnapshotClosedException.class, cursor::key);
        assertThrows(SnapshotClosedException.class, cursor::value);
        cursor.close();
        snapshot.close();
    }

    @Test
    void closedSnapshotRefusesEverything() {
        Snapshot snapshot = store.snapshot();
        Cursor cursor = snapshot.cursor();
        assertTrue(cursor.next());
        snapshot.close();
        snapshot.close();
        assertThrows(SnapshotClosedException.class, snapshot::txn);
        assertThrows(SnapshotClosedException.class, snapshot::commitMillis);
        assertThrows(SnapshotClosedException.class, snapshot::openedMillis);
        assertThrows(SnapshotClosedException.class, () -> snapshot.get(KEY));
        assertThrows(SnapshotClosedException.class, () -> snapshot.exists(Samples.OTHER, KEY));
        assertThrows(
                SnapshotClosedException.class,
                () -> snapshot.get(ColumnFamily.DEFAULT, KEY, new byte[99], 0));
        assertThrows(
                SnapshotClosedException.class,
                () -> snapshot.split(ColumnFamily.DEFAULT, KeyRange.all(), 3));
        assertThrows(SnapshotClosedException.class, cursor::first);
        assertThrows(SnapshotClosedException.class, () -> cursor.seek(KEY));
        assertThrows(SnapshotClosedException.class, cursor::valueLength);
        cursor.close();
        assertEquals(0, store.stats().openSnapshots());
    }

    @Test
    void closedCursorRefusesEverything() {
        try (Snapshot snapshot = store.snapshot()) {
            Cursor cursor = snapshot.cursor();
            assertTrue(cursor.next());
            cursor.close();
            cursor.close();
            assertMisuse(cursor::next, "closed");
            assertMisuse(cursor::key, "closed");
            assertMisuse(() -> cursor.seek(KEY), "closed");
            assertFalse(cursor.isOnEntry());
        }
    }

    @Test
    void endedTransactionRefusesEverything() {
        WriteTransaction committed = store.begin();
        Cursor cursor = committed.cursor(ColumnFamily.DEFAULT);
        WriteHandle.Savepoint savepoint = committed.savepoint();
        model.put(committed, Samples.key(2), VALUE);
        committed.commit();
        WriteTransaction rolledBack = store.begin();
        rolledBack.put(Samples.key(3), VALUE);
        rolledBack.rollback();
        for (WriteTransaction ended : new WriteTransaction[] {committed, rolledBack}) {
            assertMisuse(() -> ended.put(KEY, VALUE), "committed or rolled back");
            assertMisuse(() -> ended.append(ColumnFamily.DEFAULT, KEY, VALUE));
            assertMisuse(() -> ended.get(KEY));
            assertMisuse(() -> ended.delete(KEY));
            assertMisuse(() -> ended.deleteRange(ColumnFamily.DEFAULT, KeyRange.all()));
            assertMisuse(() -> ended.clear(ColumnFamily.DEFAULT));
            assertMisuse(() -> ended.count(ColumnFamily.DEFAULT));
            assertMisuse(() -> ended.cursor(ColumnFamily.DEFAULT));
            assertMisuse(ended::families);
            assertMisuse(() -> ended.createFamily(Samples.OTHER));
            assertMisuse(() -> ended.dropFamily(Samples.OTHER));
            assertMisuse(ended::savepoint);
            assertMisuse(() -> ended.rollbackTo(savepoint));
            assertMisuse(ended::commit);
            assertMisuse(ended::rollback);
            ended.close();
        }
        assertMisuse(cursor::next);
        // The next one is not disturbed by handles of those before it.
        try (WriteTransaction txn = store.begin()) {
            assertMisuse(cursor::next);
            committed.close();
            model.put(txn, Samples.key(4), VALUE);
            txn.commit();
        }
        cursor.close();
    }

    @Test
    void transactionBelongsToItsThread() throws InterruptedException {
        try (WriteTransaction txn = store.begin()) {
            Cursor cursor = txn.cursor(ColumnFamily.DEFAULT);
            for (Executable call :
                    new Executable[] {
                        () -> txn.put(KEY, KEY),
                        () -> txn.get(KEY),
                        () -> txn.delete(KEY),
                        txn::savepoint,
                        txn::commit,
                        txn::rollback,
                        txn::close,
                        cursor::next
                    }) {
                Throwable thrown = elsewhere(call);
                assertEquals(IllegalStateException.class, thrown.getClass());
                String owner = Thread.currentThread().getName();
                assertTrue(thrown.getMessage().contains(owner), thrown.getMessage());
            }
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
    }

    @Test
    void secondTransactionOfAThreadIsRefusedAndTheFirstGoesOn() {
        try (WriteTransaction txn = store.begin()) {
            assertMisuse(store::begin, "commit it or roll it back");
            assertMisuse(() -> store.put(KEY, KEY));
            assertMisuse(store::close, "commit it or roll it back");
            assertFalse(store.checkpoint());
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
        store.begin().close();
    }

    @Test
    void waitForAnotherTransactionEndsWithBusy() throws InterruptedException {
        store.close();
        store = Store.open(path, CONFIG.withBusyTimeoutMillis(30));
        try (WriteTransaction txn = store.begin()) {
            BusyException thrown = assertInstanceOf(BusyException.class, elsewhere(store::begin));
            String message = thrown.getMessage();
            assertTrue(message.contains("30 ms"), message);
            assertEquals(30, thrown.waitedMillis());
            assertEquals(ProcessHandle.current().pid(), thrown.processId());
            String name = Thread.currentThread().getName();
            assertTrue(message.contains("thread '" + name + "' of this process"), message);
            assertTrue(message.endsWith(", since " + thrown.since() + " or longer"), message);
            assertTrue(thrown.since().isBefore(Instant.now()));
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
        assertNull(elsewhere(() -> store.begin().close()));
    }

    @Test
    void checkpointIsNoReasonToBeBusy() throws InterruptedException {
        store.close();
        store = Store.open(path, CONFIG.withBusyTimeoutMillis(0));
        Crew crew = new Crew(500);
        crew.repeat(Thread.ofPlatform(), store::checkpoint);
        crew.repeat(Thread.ofPlatform(), () -> store.put(Samples.key(2), VALUE));
        crew.join();
        model.of(ColumnFamily.DEFAULT).put(Samples.key(2), VALUE);
    }

    @Test
    void interruptedWaitForAnotherTransactionEndsWithBusyAndKeepsTheFlag()
            throws InterruptedException {
        try (WriteTransaction txn = store.begin()) {
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Throwable thrown =
                    elsewhere(() -> {
                        Thread.currentThread().interrupt();
                        try {
                            store.begin();
                        } finally {
                            flag.set(Thread.currentThread().isInterrupted());
                        }
                    });
            assertEquals(BusyException.class, thrown.getClass());
            assertTrue(flag.get());
            txn.rollback();
        }
    }

    @Test
    void savepointOfAnotherTransactionIsRefused() {
        WriteHandle.Savepoint foreign;
        try (WriteTransaction txn = store.begin()) {
            foreign = txn.savepoint();
            txn.commit();
        }
        try (WriteTransaction txn = store.begin()) {
            WriteHandle.Savepoint own = txn.savepoint();
            model.put(txn, Samples.key(2), VALUE);
            assertMisuse(() -> txn.rollbackTo(foreign), "not one of this transaction");
            assertMisuse(() -> txn.release(foreign), "not one of this transaction");
            txn.release(own);
            assertMisuse(() -> txn.rollbackTo(own), "given up");
            txn.commit();
        }
    }

    @Test
    void savepointTakenAfterTheOneReturnedToIsGivenUp() {
        try (WriteTransaction txn = store.begin()) {
            WriteHandle.Savepoint first = txn.savepoint();
            txn.put(Samples.key(2), VALUE);
            WriteHandle.Savepoint second = txn.savepoint();
            txn.put(Samples.key(3), VALUE);
            txn.rollbackTo(second);
            txn.rollbackTo(second);
            assertNotNull(txn.get(Samples.key(2)));
            assertNull(txn.get(Samples.key(3)));
            txn.rollbackTo(first);
            assertMisuse(() -> txn.rollbackTo(second), "given up");
            assertNull(txn.get(Samples.key(2)));
            txn.commit();
        }
    }

    @Test
    void secondOpenInThisProcessIsRefusedByName() {
        String pid = "process " + ProcessHandle.current().pid();
        for (StoreConfig config : new StoreConfig[] {CONFIG, CONFIG.withReadOnly(true)}) {
            BusyException e = assertThrows(BusyException.class, () -> Store.open(path, config));
            assertTrue(e.getMessage().contains(pid), e.getMessage());
            assertEquals(ProcessHandle.current().pid(), e.processId());
            assertNull(e.since());
            assertEquals(-1, e.waitedMillis());
            assertTrue(e.getMessage().contains(path.getFileName().toString()), e.getMessage());
        }
        store.put(KEY, KEY);
        model.of(ColumnFamily.DEFAULT).put(KEY, KEY);
    }

    @Test
    void secondOpenThroughALinkIsRefused() throws Exception {
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, path);
        assertThrows(BusyException.class, () -> Store.open(link, CONFIG));
    }

    @Test
    void anotherProcessMayHaveItOpenToo() throws Exception {
        store.close();
        try (StoreChild child = StoreChild.start("hold", path)) {
            assertEquals("open", child.line());
            try (Store beside = Store.open(path, CONFIG)) {
                beside.put(KEY, KEY);
                model.of(ColumnFamily.DEFAULT).put(KEY, KEY);
            }
            try (Store reader = Store.open(path, CONFIG.withReadOnly(true))) {
                model.verify(reader);
            }
        }
    }

    @Test
    void readOnlyStoreRefusesChanges() {
        store.close();
        try (Store reader = Store.open(path, CONFIG.withReadOnly(true))) {
            model.verify(reader);
            assertThrows(ReadOnlyException.class, reader::begin);
            assertThrows(ReadOnlyException.class, () -> reader.put(KEY, VALUE));
            assertThrows(ReadOnlyException.class, () -> reader.delete(KEY));
            assertThrows(ReadOnlyException.class, reader::checkpoint);
            assertEquals(0, reader.stats().openSnapshots());
            model.verify(reader);
        }
    }

    @Test
    void closeWaitsForTheTransactionOfAnotherThread() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try (WriteTransaction txn = store.begin(SyncLevel.FULL)) {
                                begun.countDown();
                                txn.put(Samples.key(2), VALUE);
                                Thread.sleep(100);
                                txn.put(Samples.key(3), VALUE);
                                txn.commit();
                            } catch (Throwable e) {
                                thrown.set(e);
                            }
                        });
        begun.await();
        store.close();
        writer.join();
        assertNull(thrown.get());
        model.of(ColumnFamily.DEFAULT).put(Samples.key(2), VALUE);
        model.of(ColumnFamily.DEFAULT).put(Samples.key(3), VALUE);
    }

    @Test
    void waitingTransactionLearnsThatTheStoreWasClosed() throws InterruptedException {
        WriteTransaction txn = store.begin();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiting =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                store.begin().close();
                            } catch (Throwable e) {
                                thrown.set(e);
                            }
                        });
        Thread closing = Thread.ofPlatform().start(store::close);
        Await.waiting(closing);
        txn.rollback();
        closing.join();
        waiting.join();
        assertTrue(
                thrown.get() == null || thrown.get() instanceof StoreClosedException,
                String.valueOf(thrown.get()));
    }

    @Test
    void closeWaitsForSnapshotsUpToItsTimeout() throws InterruptedException {
        store.close();
        store = Store.open(path, CONFIG.withCloseTimeoutMillis(600_000));
        Snapshot snapshot = store.snapshot();
        Thread reader =
                Thread.ofPlatform()
                        .start(() -> {
                            try (snapshot) {
                                Thread.sleep(100);
                                assertArrayEquals(VALUE, snapshot.get(KEY));
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        long start = System.nanoTime();
        store.close();
        assertTrue(System.nanoTime() - start < 300_000_000_000L);
        reader.join();
    }

    @Test
    void secondCloseWaitsForTheFirst() throws InterruptedException {
        store.close();
        store = Store.open(path, CONFIG.withCloseTimeoutMillis(60_000));
        Snapshot snapshot = store.snapshot();
        Thread first = Thread.ofPlatform().start(store::close);
        Await.until(() -> isRefusing(store));
        Thread second = Thread.ofVirtual().start(store::close);
        Await.waiting(first);
        Await.waiting(second);
        assertTrue(first.isAlive() && second.isAlive());
        snapshot.close();
        second.join();
        Store.open(path, CONFIG).close();
        first.join();
    }

    private static boolean isRefusing(Store store) {
        try {
            store.latestTxn();
            return false;
        } catch (StoreClosedException e) {
            return true;
        }
    }

    @Test
    void interruptDoesNotCutTheTimeForSnapshotsShort() throws InterruptedException {
        store.close();
        store = Store.open(path, CONFIG.withCloseTimeoutMillis(60_000));
        Snapshot snapshot = store.snapshot();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread closing =
                Thread.ofPlatform()
                        .start(() -> {
                            Thread.currentThread().interrupt();
                            store.close();
                            flag.set(Thread.currentThread().isInterrupted());
                        });
        Await.waiting(closing);
        closing.interrupt();
        Await.waiting(closing);
        assertArrayEquals(VALUE, snapshot.get(KEY));
        snapshot.close();
        closing.join();
        assertTrue(flag.get());
    }

    @Test
    void closeInsideTheOwnTransactionIsRefusedAndBothGoOn() {
        try (WriteTransaction txn = store.begin()) {
            assertMisuse(store::close, "this thread has a write transaction open");
            model.put(txn, Samples.key(2), VALUE);
            txn.commit();
        }
        assertArrayEquals(VALUE, store.get(Samples.key(2)));
    }

    @Test
    void transactionCursorSeesChangesMadeWhileItIsOpen() {
        try (WriteTransaction txn = store.begin();
                Cursor cursor = txn.cursor(ColumnFamily.DEFAULT)) {
            assertTrue(cursor.next());
            assertArrayEquals(KEY, cursor.key());
            model.put(txn, Samples.key(3), VALUE);
            assertTrue(cursor.next());
            assertArrayEquals(Samples.key(3), cursor.key());
            txn.delete(Samples.key(3));
            model.of(ColumnFamily.DEFAULT).remove(Samples.key(3));
            assertTrue(cursor.next());
            assertArrayEquals(Samples.key(5), cursor.key());
            model.put(txn, Samples.key(4), VALUE);
            assertTrue(cursor.previous());
            assertArrayEquals(Samples.key(4), cursor.key());
            byte[] changed = Samples.text("changed");
            model.put(txn, Samples.key(4), changed);
            assertArrayEquals(changed, cursor.value());
            assertEquals(changed.length, cursor.valueLength());
            txn.delete(Samples.key(4));
            model.of(ColumnFamily.DEFAULT).remove(Samples.key(4));
            assertThrows(IllegalStateException.class, cursor::value);
            txn.commit();
        }
    }

    @Test
    void transactionCursorSurvivesTheEndOfItsFamily() {
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(Samples.OTHER);
            txn.put(Samples.OTHER, KEY, VALUE);
            try (Cursor cursor = txn.cursor(Samples.OTHER)) {
                assertTrue(cursor.next());
                txn.dropFamily(Samples.OTHER);
                assertThrows(IllegalArgumentException.class, cursor::next);
                txn.createFamily(Samples.OTHER);
                assertFalse(cursor.next());
            }
            txn.dropFamily(Samples.OTHER);
            txn.commit();
        }
    }

    @Test
    void entriesWithRunsAreReplacedUnderTheCursorThatWalksThem() {
        byte[] large = Samples.value(7, 20_000);
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(Samples.OTHER);
            model.create(Samples.OTHER);
            for (int i = 0; i < 40; i++) {
                txn.put(Samples.OTHER, Samples.key(i, 3000), large);
            }
            try (Cursor cursor = txn.cursor(Samples.OTHER)) {
                for (int i = 0; i < 40; i++) {
                    assertTrue(cursor.next());
                    byte[] key = Samples.key(i, 3000);
                    assertArrayEquals(key, cursor.key());
                    assertArrayEquals(large, cursor.value());
                    txn.delete(Samples.OTHER, key);
                    for (int j = 0; j < 50; j++) {
                        model.put(txn, Samples.key(i * 50L + j + 10), Samples.value(j, 900));
                    }
                    assertArrayEquals(key, cursor.key());
                    assertThrows(IllegalStateException.class, cursor::value);
                }
                assertFalse(cursor.next());
            }
            txn.commit();
        }
    }
}
