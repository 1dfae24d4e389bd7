package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What checkpoints of each mode wait for, say, and leave behind. After each test the store is
 * compared with a model and checked.
 */
@Timeout(1200)
class CheckpointModesTest {
    /** Where a test would wait for it, it would hang. */
    private static final long FOR_EVER_MILLIS = 86_400_000;

    private static final StoreConfig QUIET =
            StoreConfig.defaults()
                    .withPageBytes(1024)
                    .withBusyTimeoutMillis(0)
                    .withCloseTimeoutMillis(0)
                    .withBackgroundCheckpoints(false)
                    .withMaintenance(MaintenanceMode.MANUAL);

    @TempDir Path directory;
    private final Model model = new Model();
    private StoreConfig config = QUIET;
    private Store store;

    private Store open(StoreConfig chosen) {
        config = chosen;
        store = Store.open(path(), chosen);
        return store;
    }

    private Path path() {
        return directory.resolve("store");
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        try (Store again = Store.open(path(), config)) {
            model.verify(again);
            assertEquals(List.of(), again.check(Progress.NONE).problems());
        }
    }

    private void write(int from, int count) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = from; i < from + count; i++) {
                model.put(txn, Samples.key(i), Samples.value(i, 200));
            }
            txn.commit();
        }
    }

    private void delete(int from, int count) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = from; i < from + count; i++) {
                txn.delete(Samples.key(i));
                model.of(ColumnFamily.DEFAULT).remove(Samples.key(i));
            }
            txn.commit();
        }
    }

    private long frames() {
        return store.stats().logFrames();
    }

    private static void assertDone(long frames, CheckpointResult result) {
        assertEquals(new CheckpointResult(false, frames, frames), result);
    }

    private static void assertBusy(long frames, CheckpointResult result) {
        assertEquals(new CheckpointResult(true, frames, frames), result);
    }

    /** Runs something while another thread has a write transaction open. */
    private void besideAWriter(Runnable work) throws InterruptedException {
        CountDownLatch isBegun = new CountDownLatch(1);
        CountDownLatch isOver = new CountDownLatch(1);
        Crew crew = new Crew(0);
        crew.once(
                Thread.ofPlatform(),
                () -> {
                    try (WriteTransaction txn = store.begin()) {
                        txn.put(Samples.key(0), Samples.value(9, 9));
                        isBegun.countDown();
                        isOver.await();
                    }
                });
        isBegun.await();
        try {
            work.run();
        } finally {
            isOver.countDown();
            crew.join();
        }
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void aloneEachModeEmptiesTheLog(CheckpointMode mode) {
        open(QUIET);
        write(0, 100);
        long frames = frames();
        assertTrue(frames > 20);
        assertDone(mode == CheckpointMode.TRUNCATE ? 0 : frames, store.checkpoint(mode));
        assertEquals(0, frames());
        assertEquals(store.latestTxn(), store.stats().checkpointTxn());
        assertDone(0, store.checkpoint(mode));
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void ownTransactionIsBusyAtOnceAndNothingIsDone(CheckpointMode mode) {
        open(QUIET);
        write(0, 100);
        long durable = store.durableTxn();
        long frames = frames();
        try (WriteTransaction txn = store.begin()) {
            txn.put(Samples.key(0), Samples.value(9, 9));
            assertEquals(
                    new CheckpointResult(true, frames, 0),
                    store.checkpoint(mode, FOR_EVER_MILLIS, TimeUnit.MILLISECONDS));
        }
        assertEquals(durable, store.durableTxn());
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void besideAnotherWriterAllIsMadeDurableAndStaysInTheLog(CheckpointMode mode)
            throws InterruptedException {
        open(QUIET);
        write(0, 100);
        long frames = frames();
        besideAWriter(() -> {
            CheckpointResult result = store.checkpoint(mode);
            boolean isBusy = mode != CheckpointMode.PASSIVE;
            assertEquals(new CheckpointResult(isBusy, frames, frames), result);
            assertEquals(store.latestTxn(), store.durableTxn());
            assertTrue(store.stats().checkpointTxn() < store.latestTxn());
            assertEquals(frames, frames());
        });
        assertDone(frames, store.checkpoint(CheckpointMode.FULL));
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "RESTART", "TRUNCATE"})
    void olderReaderIsBusyThoughAllIsCheckpointed(CheckpointMode mode) {
        open(QUIET);
        write(0, 10);
        try (Snapshot older = store.snapshot()) {
            write(0, 100);
            long frames = frames();
            assertBusy(frames, store.checkpoint(mode));
            assertEquals(0, frames());
            assertEquals(store.latestTxn(), store.stats().checkpointTxn());
            assertEquals(10, older.count());
        }
        assertDone(0, store.checkpoint(mode));
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void readerOfTheNewestCommitMattersToRestartIfItCameWithTheLogInUse(CheckpointMode mode) {
        open(QUIET);
        write(0, 100);
        boolean isBusy = mode.compareTo(CheckpointMode.RESTART) >= 0;
        try (Snapshot newest = store.snapshot()) {
            long frames = frames();
            assertEquals(new CheckpointResult(isBusy, frames, frames), store.checkpoint(mode));
            assertEquals(new CheckpointResult(isBusy, 0, 0), store.checkpoint(mode));
            assertEquals(100, newest.count());
        }
        try (Snapshot ofTheBase = store.snapshot()) {
            assertDone(0, store.checkpoint(mode));
            assertEquals(100, ofTheBase.count());
        }
    }

    @Test
    void readerThatMovesOnIsAnOlderOneNoMore() {
        open(QUIET);
        write(0, 10);
        try (Reader reader = store.reader()) {
            write(0, 20);
            assertTrue(store.checkpoint(CheckpointMode.FULL).busy());
            reader.refresh();
            assertDone(0, store.checkpoint(CheckpointMode.FULL));
            assertDone(0, store.checkpoint(CheckpointMode.RESTART));
            write(0, 30);
            reader.park();
            assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "RESTART", "TRUNCATE"})
    void waitsForTheReader(CheckpointMode mode) throws InterruptedException {
        open(QUIET);
        write(0, 10);
        Snapshot older = store.snapshot();
        write(0, 100);
        AtomicReference<CheckpointResult> result = new AtomicReference<>();
        Crew crew = new Crew(0);
        crew.once(
                Thread.ofPlatform(),
                () -> result.set(store.checkpoint(mode, FOR_EVER_MILLIS, TimeUnit.MILLISECONDS)));
        // It has done PASSIVE's work, and writers go on while it waits.
        Await.until(() -> store.stats().checkpointTxn() == store.latestTxn());
        Await.until(() -> tryWrite(200));
        assertEquals(null, result.get());
        older.close();
        crew.join();
        assertFalse(result.get().busy());
        assertEquals(0, frames());
    }

    /** Between two looks for readers the checkpoint has the writer role for an instant. */
    private boolean tryWrite(int key) {
        try {
            write(key, 1);
            return true;
        } catch (BusyException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "RESTART", "TRUNCATE"})
    void waitsForTheWriter(CheckpointMode mode) throws InterruptedException {
        open(QUIET);
        write(0, 100);
        AtomicReference<CheckpointResult> result = new AtomicReference<>();
        Crew crew = new Crew(0);
        besideAWriter(() -> {
            Thread waiter =
                    crew.once(
                            Thread.ofPlatform(),
                            () ->
                                    result.set(
                                            store.checkpoint(
                                                    mode, FOR_EVER_MILLIS, TimeUnit.MILLISECONDS)));
            Await.until(() -> store.durableTxn() == store.latestTxn());
            Await.waiting(waiter);
        });
        crew.join();
        assertFalse(result.get().busy());
        assertEquals(0, frames());
    }

    @Test
    void interruptEndsTheWaitAndKeepsTheFlag() {
        open(QUIET);
        write(0, 10);
        try (Snapshot older = store.snapshot()) {
            write(0, 20);
            Thread.currentThread().interrupt();
            assertTrue(
                    store.checkpoint(CheckpointMode.FULL, FOR_EVER_MILLIS, TimeUnit.MILLISECONDS)
                            .busy());
            assertTrue(Thread.interrupted());
            assertEquals(10, older.count());
        }
    }

    @Test
    void restartGivesEverythingBackAndBeginsWithTheLowestFreePages() {
        open(QUIET);
        write(0, 3_000);
        delete(0, 1_500);
        write(1_500, 1_500);
        assertFalse(store.checkpoint(CheckpointMode.RESTART).busy());
        assertEquals(0, store.stats().pendingBytes());
        long free = store.stats().freeBytes();
        long size = store.stats().fileBytes();
        write(0, 500);
        assertTrue(store.stats().freeBytes() < free);
        assertEquals(size, store.stats().fileBytes());
    }

    @Test
    void truncateCutsTheFreeTailAndTheStoreGrowsAgain() throws IOException {
        open(QUIET);
        write(0, 5_000);
        assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
        long full = Files.size(path());
        delete(100, 4_900);
        for (int round = 0; round < 3; round++) {
            // Copies move to the lowest free pages, behind which the rest becomes the tail.
            write(0, 100);
            assertDone(0, store.checkpoint(CheckpointMode.TRUNCATE));
        }
        long cut = Files.size(path());
        assertTrue(cut < full / 4, cut + " of " + full);
        assertEquals(cut, store.stats().fileBytes());
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        while (store.doWork() > 0) {
            // It does not grow ahead of nobody's need.
            assertEquals(cut, Files.size(path()));
        }
        write(100, 5_000);
        assertTrue(Files.size(path()) > cut);
        assertEquals(List.of(), store.check(Progress.NONE).problems());
        assertFalse(store.checkpoint(CheckpointMode.TRUNCATE).busy());
    }

    @Test
    void anOpenedStoreGrowsOnlyOnceSomebodyWrites() throws IOException {
        open(QUIET);
        write(0, 5_000);
        store.close();
        long closed = Files.size(path());
        open(QUIET);
        try (Snapshot snapshot = store.snapshot()) {
            assertTrue(snapshot.exists(ColumnFamily.DEFAULT, Samples.key(0)));
        }
        while (store.doWork() > 0) {
            assertEquals(closed, Files.size(path()));
        }
        assertEquals(closed, Files.size(path()));
        try (WriteTransaction txn = store.begin()) {
            boolean isGrownAhead = false;
            for (int i = 0; i < 5_000 && !isGrownAhead; i++) {
                model.put(txn, Samples.key(i), Samples.value(i + 1, 200));
                long needed = Files.size(path());
                store.doWork();
                isGrownAhead = Files.size(path()) > needed;
            }
            assertTrue(isGrownAhead);
            txn.commit();
        }
    }

    @Test
    void readerOfTheBaseKeepsReadingWhileTheTailIsCut() throws IOException {
        open(QUIET);
        write(0, 5_000);
        delete(100, 4_900);
        write(0, 100);
        store.checkpoint(CheckpointMode.RESTART);
        write(0, 100);
        store.checkpoint(CheckpointMode.RESTART);
        try (Snapshot base = store.snapshot();
                Cursor cursor = base.cursor()) {
            assertTrue(cursor.next());
            long before = Files.size(path());
            assertDone(0, store.checkpoint(CheckpointMode.TRUNCATE));
            assertTrue(Files.size(path()) < before);
            int count = 1;
            while (cursor.next()) {
                count++;
            }
            assertEquals(100, count);
            write(50, 2_000);
            assertEquals(100, base.count());
        }
    }

    @Test
    void commitsOfAKilledProcessAfterACutAreThere() {
        open(QUIET);
        write(0, 2_000);
        delete(50, 1_950);
        write(0, 50);
        store.checkpoint(CheckpointMode.TRUNCATE);
        write(0, 50);
        store.checkpoint(CheckpointMode.TRUNCATE);
        write(1_000, 300);
        store.close();
        open(QUIET);
        assertEquals(350, count());
        write(3_000, 10);
    }

    private long count() {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.count();
        }
    }

    @Test
    void everyNthCommitMakesAPassiveCheckpoint() {
        open(QUIET.withWalSizeLimit(10));
        for (int i = 1; i <= 35; i++) {
            write(i, 1);
            assertEquals(i % 10 == 0, store.stats().checkpointTxn() == store.latestTxn());
            assertEquals(i % 10 == 0, frames() == 0);
        }
        try (Snapshot older = store.snapshot()) {
            for (int i = 36; i <= 40; i++) {
                write(i, 1);
            }
            assertEquals(0, frames());
            assertEquals(35, older.count());
        }
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void journalModeDeleteMakesEveryCommitDurableAndHasNoFrames(CheckpointMode mode) {
        open(QUIET.withJournalMode(JournalMode.DELETE).withSyncLevel(SyncLevel.OFF));
        write(0, 100);
        assertEquals(store.latestTxn(), store.durableTxn());
        assertDone(0, store.checkpoint(mode));
        try (WriteTransaction txn = store.begin(SyncLevel.NORMAL)) {
            model.put(txn, Samples.key(7), Samples.value(1, 1));
            assertEquals(new CheckpointResult(true, 0, 0), store.checkpoint(mode));
            txn.commit();
        }
        assertEquals(store.latestTxn(), store.durableTxn());
        store.close();
        open(QUIET);
        assertEquals(100, count());
    }

    @ParameterizedTest
    @EnumSource(CheckpointMode.class)
    void readOnlyStoreHasNothingToDo(CheckpointMode mode) {
        open(QUIET);
        write(0, 10);
        store.close();
        store = Store.open(path(), QUIET.withReadOnly(true).withCreateIfMissing(false));
        assertDone(0, store.checkpoint(mode));
    }

    @Test
    void negativeTimeoutIsRefused() {
        open(QUIET);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.checkpoint(CheckpointMode.FULL, -1, TimeUnit.SECONDS));
        assertTrue(e.getMessage().contains("timeout=-1"), e::getMessage);
    }

    @Test
    void backgroundCheckpointsCanBeTurnedOff() {
        open(
                QUIET.withBackgroundCheckpoints(false)
                        .withCheckpointBytes(1 << 16)
                        .withCheckpointIntervalMillis(10));
        write(0, 1_000);
        long before = store.stats().checkpointTxn();
        while (store.doWork() > 0) {
            assertEquals(before, store.stats().checkpointTxn());
        }
        assertTrue(frames() > 100);
        store.close();
        open(QUIET.withBackgroundCheckpoints(true).withCheckpointBytes(1 << 16));
        write(0, 1_000);
        while (store.doWork() > 0) {
            Thread.onSpinWait();
        }
        assertEquals(0, frames());
    }

    @Test
    void listenerIsToldOfEachCheckpoint() {
        AtomicReference<String> told = new AtomicReference<>("");
        open(
                QUIET.withListener(
                        new StoreListener() {
                            @Override
                            public void checkpointed(long txn, long logFrames) {
                                told.set(txn + " " + logFrames);
                            }
                        }));
        write(0, 100);
        store.doWork();
        assertEquals("", told.get());
        store.checkpoint(CheckpointMode.PASSIVE);
        store.doWork();
        assertEquals(store.latestTxn() + " 0", told.get());
    }
}
