package dev.coppice.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckedStoreTest {
    @TempDir private Path directory;

    private static String problem(CheckedStore checked) {
        return assertThrows(AssertionError.class, checked::close).getMessage();
    }

    @ParameterizedTest
    @EnumSource(Medium.class)
    void nothingIsWrongWithAStoreThatWasUsedInOrder(Medium medium) {
        CheckedStore checked = CheckedStore.open(medium);
        for (int i = 0; i < 200; i++) {
            checked.store().put("key" + i, "value");
        }
        try (Snapshot snapshot = checked.store().snapshot()) {
            assertEquals(200, snapshot.count());
        }
        checked.close();
        checked.close();
    }

    @ParameterizedTest
    @EnumSource(Medium.class)
    void storeThatTheTestClosedIsInOrder(Medium medium) {
        try (CheckedStore checked = CheckedStore.open(medium)) {
            checked.store().put("a", "1");
            checked.store().close();
        }
    }

    @Test
    void snapshotLeftOpenIsNamed() {
        CheckedStore checked = CheckedStore.open(Medium.MEMORY);
        checked.store().put("a", "1");
        long txn = checked.store().snapshot().txn();

        String problem = problem(checked);

        assertTrue(problem.contains("sees transaction " + txn), problem);
        assertTrue(problem.contains(Thread.currentThread().getName()), problem);
    }

    @Test
    void readerLeftOpenIsNamed() {
        CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK);
        checked.store().reader();

        String problem = problem(checked);

        assertTrue(problem.contains("snapshot or reader was left open"), problem);
    }

    @Test
    void transactionLeftOpenIsNamed() {
        CheckedStore checked = CheckedStore.open(Medium.MEMORY);
        WriteTransaction txn = checked.store().begin();
        txn.put("a".getBytes(UTF_8), "1".getBytes(UTF_8));

        String problem = problem(checked);

        assertTrue(problem.contains("a write transaction was left open"), problem);
        txn.close();
        checked.store().close();
    }

    /** Its memory must not go to the next disk as long as somebody can write there. */
    @Test
    void transactionLeftOpenOnADiskTouchesNoOtherDisk() {
        CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK);
        WriteTransaction open = checked.store().begin();
        problem(checked);
        try (CheckedStore other = CheckedStore.open(Medium.SIMULATED_DISK)) {
            for (int i = 0; i < 200; i++) {
                other.store().put("key" + i, "value");
            }
            for (int i = 0; i < 200; i++) {
                open.put(("x" + i).getBytes(UTF_8), new byte[100]);
            }
            open.commit();
        }
    }

    @Test
    void transactionLeftOpenByAnotherThreadIsNamed() throws InterruptedException {
        CheckedStore checked =
                CheckedStore.open(
                        Medium.MEMORY, CheckedStore.smallPages().withBusyTimeoutMillis(10));
        CountDownLatch isOpen = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Thread other =
                Thread.startVirtualThread(() -> {
                    try (WriteTransaction txn = checked.store().begin()) {
                        txn.put("a".getBytes(UTF_8), "1".getBytes(UTF_8));
                        isOpen.countDown();
                        mayEnd.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
        isOpen.await();

        String problem = problem(checked);

        assertTrue(problem.contains("transaction of another thread was left open"), problem);
        mayEnd.countDown();
        other.join();
        checked.store().close();
    }

    @Test
    void damagedPageIsReportedAndTheFileIsKept() throws Exception {
        Path file = directory.resolve("damaged.coppice");
        CheckedStore checked = CheckedStore.on(file, CheckedStore.smallPages());
        for (int i = 0; i < 200; i++) {
            checked.store().put("key" + i, "a value of the entry " + i);
        }
        checked.reopen();
        damageAllPagesThatHold("a value of the entry 17", file);

        String problem = problem(checked);

        assertTrue(problem.contains("integrity check: "), problem);
        assertTrue(problem.contains(file.toString()), problem);
        assertTrue(Files.exists(file));
    }

    private static void damageAllPagesThatHold(String text, Path file) throws Exception {
        byte[] all = Files.readAllBytes(file);
        int damaged = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < all.length - text.length(); at++) {
                if (new String(all, at, text.length(), US_ASCII).equals(text)) {
                    channel.write(ByteBuffer.wrap(new byte[] {'X'}), at);
                    damaged++;
                }
            }
        }
        assertTrue(damaged > 0);
    }

    @Test
    void fileOfItsOwnIsRemovedUnlessTheTestFails() {
        CheckedStore good = CheckedStore.open(Medium.FILE);
        good.close();
        assertFalse(Files.exists(Path.of(good.location())));

        CheckedStore bad = CheckedStore.open(Medium.FILE);
        bad.store().snapshot();
        String problem = problem(bad);
        assertTrue(problem.contains(bad.location()), problem);
        assertTrue(Files.exists(Path.of(bad.location())));
        new Place.InDirectory(new Place.InFile(Path.of(bad.location()))).leave(false);
    }

    @Test
    void reopeningKeepsEverythingAndComplainsAsClosingDoes() {
        try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK)) {
            checked.store().put("a", "1");
            assertEquals("1", checked.reopen().get("a"));
            checked.store().snapshot();
            assertThrows(AssertionError.class, checked::reopen);
        }
    }

    @Test
    void killKeepsEveryCommitAndPowerLossWhatWasDurable() {
        try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK)) {
            try (WriteTransaction txn = checked.store().begin(SyncLevel.FULL)) {
                txn.put("durable".getBytes(UTF_8), "1".getBytes(UTF_8));
                txn.commit();
            }
            checked.store().put("normal", "1");
            checked.store().snapshot();
            checked.store().begin();

            Store killed = checked.kill();
            assertEquals("1", killed.get("durable"));
            assertEquals("1", killed.get("normal"));

            checked.store().put("later", "1");
            Store dark = checked.losePower(0);
            assertEquals("1", dark.get("durable"));
            assertEquals(null, dark.get("later"), "the first way is that nothing arrives");
        }
    }

    @Test
    void crashEndsTheProgramAtItsStep() throws Exception {
        StoreConfig config = CheckedStore.smallPages().withMaxBytes(1 << 20);
        int crashes = 0;
        for (int step = 1; step < 1000; step++) {
            try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK, config)) {
                int[] acknowledged = {0};
                Crash crash = step % 2 == 0 ? Crash.kill(step) : Crash.powerLoss(step, step);
                boolean isCrashed =
                        checked.crash(
                                crash,
                                store -> {
                                    for (int i = 0; i < 3; i++) {
                                        store.put("key" + i, "1");
                                        acknowledged[0]++;
                                    }
                                });
                if (!isCrashed) {
                    assertEquals(3, acknowledged[0]);
                    assertTrue(crashes > 5, "too few steps: " + crashes);
                    return;
                }
                crashes++;
                for (int i = 0; i < acknowledged[0] && !crash.cutsPower(); i++) {
                    assertEquals("1", checked.store().get("key" + i));
                }
            }
        }
    }

    @Test
    void whatAProgramThrowsWithoutACrashComesThrough() {
        try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            checked.crash(
                                    Crash.kill(1_000_000),
                                    store -> {
                                        throw new IllegalArgumentException("of the program");
                                    }));
        }
    }
}
