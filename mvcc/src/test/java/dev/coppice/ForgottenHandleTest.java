package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.coppice.error.BusyException;
import java.lang.management.ManagementFactory;
import java.lang.ref.ReferenceQueue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Handles that nobody closes: collected, found, let go of and reported. Each test asks for garbage
 * collections until one has done what it waits for.
 */
class ForgottenHandleTest {
    private static final byte[] KEY = Samples.key(1);
    private static final byte[] VALUE = Samples.value(1, 20);
    private static final String HANDLE = "never closed and is garbage";
    private static final String WRITE = "a write transaction of thread";

    @TempDir Path directory;
    private final Model model = new Model();
    private final StoreConfig config =
            StoreConfig.defaults().withBusyTimeoutMillis(0).withMaintenance(MaintenanceMode.MANUAL);
    private Warnings warnings;
    private Store store;

    @BeforeEach
    void open() {
        warnings = Warnings.open();
        store = Store.open(directory.resolve("store"), config);
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, KEY, VALUE);
            txn.commit();
        }
    }

    @AfterEach
    void storeHoldsTheModel() {
        store.close();
        warnings.close();
        model.verify(directory.resolve("store"), config);
    }

    private void awaitForgotten(long count) {
        Await.until(() -> {
            System.gc();
            store.doWork();
            return store.stats().forgottenHandles() == count;
        });
    }

    private void forgetSnapshot() {
        assertArrayEquals(VALUE, store.snapshot().get(KEY));
    }

    private void forgetReader(boolean isParked) {
        Reader reader = store.reader();
        if (isParked) {
            reader.park();
        }
    }

    @Test
    void forgottenSnapshotIsLetGoAndItsPlaceOfOpeningReportedOnce() {
        forgetSnapshot();
        assertEquals(1, store.stats().openSnapshots());
        awaitForgotten(1);
        assertEquals(0, store.stats().openSnapshots());
        forgetSnapshot();
        awaitForgotten(2);
        List<LogRecord> told = warnings.with(HANDLE);
        assertEquals(1, told.size(), told.toString());
        assertTrue(
                Arrays.stream(told.getFirst().getThrown().getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("forgetSnapshot")));
        assertTrue(told.getFirst().getMessage().contains(Thread.currentThread().getName()));
    }

    @Test
    void forgottenReaderIsLetGoParkedOrNot() {
        forgetReader(false);
        awaitForgotten(1);
        forgetReader(true);
        awaitForgotten(2);
        assertEquals(0, store.stats().openSnapshots());
    }

    @Test
    void cursorKeepsItsSnapshotFromBeingForgotten() {
        Cursor cursor = store.snapshot().cursor();
        forgetReader(false);
        awaitForgotten(1);
        assertTrue(cursor.next());
        assertArrayEquals(VALUE, cursor.value());
        assertEquals(1, store.stats().openSnapshots());
    }

    @Test
    void closedHandlesAreNotReported() {
        for (int i = 0; i < 1000; i++) {
            store.snapshot().close();
            store.reader().close();
        }
        forgetReader(false);
        awaitForgotten(1);
        try (Snapshot held = store.snapshot()) {
            forgetReader(false);
            awaitForgotten(2);
            assertArrayEquals(VALUE, held.get(KEY));
        }
    }

    /** A closed handle becomes garbage while a single read, which nobody watches, has its pin. */
    @Test
    void singleReadIsNotTakenForTheClosedHandleThatHadItsPin() {
        Snapshot snapshot = store.snapshot();
        OpenPins pins = store.pins();
        Pin pin =
                Arrays.stream(pins.all())
                        .filter(each -> each != null && Pin.state(each.generation()) == Pin.OPEN)
                        .findFirst()
                        .orElseThrow();
        HandleRef closed = new HandleRef(snapshot, new ReferenceQueue<>(), pin);
        pin.owner(closed);
        snapshot.close();
        Pin again = pins.claim(0);
        assertSame(pin, again);
        again.open(0, false);
        long generation = again.generation();
        assertFalse(pins.releaseOwnedBy(closed));
        assertTrue(pins.close(again, generation));
    }

    @Test
    void closingDoesNotWaitForWhatIsForgotten() {
        store.close();
        store = Store.open(directory.resolve("store"), config.withCloseTimeoutMillis(86_400_000));
        forgetSnapshot();
        Thread collecting =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                System.gc();
                            }
                        });
        store.close();
        collecting.interrupt();
    }

    @Test
    void transactionOfAThreadThatEndedIsRolledBack() throws InterruptedException {
        Thread ended =
                Thread.ofPlatform()
                        .name("gone")
                        .start(() -> store.begin().put(Samples.key(2), VALUE));
        ended.join();
        try (WriteTransaction txn = store.begin()) {
            assertEquals(null, txn.get(Samples.key(2)));
            model.put(txn, Samples.key(3), VALUE);
            txn.commit();
        }
        List<LogRecord> told = warnings.with(WRITE);
        assertEquals(1, told.size());
        assertTrue(told.getFirst().getMessage().contains("gone, which has ended"));
    }

    @Test
    void transactionForgottenByALivingThreadIsRolledBack() throws InterruptedException {
        CountDownLatch isForgotten = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Thread living =
                Thread.ofVirtual()
                        .name("living")
                        .start(() -> {
                            store.begin().put(Samples.key(2), VALUE);
                            isForgotten.countDown();
                            Uninterrupted.run(mayEnd::await);
                            store.put(Samples.key(4), VALUE);
                        });
        isForgotten.await();
        Await.until(() -> {
            System.gc();
            store.doWork();
            return !warnings.with(WRITE).isEmpty();
        });
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(3), VALUE);
            txn.commit();
        }
        mayEnd.countDown();
        living.join();
        model.of(ColumnFamily.DEFAULT).put(Samples.key(4), VALUE);
        assertTrue(warnings.with(WRITE).getFirst().getMessage().contains("living was forgotten"));
    }

    private void forgetTransaction() {
        store.begin().put(Samples.key(2), VALUE);
    }

    @Test
    void ownForgottenTransactionDoesNotKeepItsThreadOut() {
        forgetTransaction();
        Await.until(() -> {
            System.gc();
            try {
                store.put(Samples.key(4), VALUE);
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        });
        model.of(ColumnFamily.DEFAULT).put(Samples.key(4), VALUE);
    }

    @Test
    void transactionInUseIsLeftAlone() throws InterruptedException {
        try (WriteTransaction txn = store.begin()) {
            model.put(txn, Samples.key(2), VALUE);
            forgetReader(false);
            awaitForgotten(1);
            Crew crew = new Crew(1);
            crew.once(Thread.ofPlatform(), () -> assertThrows(BusyException.class, store::begin));
            crew.join();
            model.put(txn, Samples.key(3), VALUE);
            txn.commit();
        }
        assertEquals(List.of(), warnings.with(WRITE));
    }

    @Test
    void closingDoesNotWaitForATransactionOfAThreadThatEnded() throws InterruptedException {
        Thread.ofPlatform().start(this::forgetTransaction).join();
        store.close();
        assertEquals(1, warnings.with(WRITE).size());
    }

    @Test
    void openingAndClosingASnapshotAllocatesLittle() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 50_000; i++) {
            store.snapshot().close();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 50_000; i++) {
            store.snapshot().close();
        }
        double bytes = (threads.getCurrentThreadAllocatedBytes() - before) / 50_000.0;
        assertTrue(bytes <= 64.5, bytes + " bytes for each snapshot");
    }
}
