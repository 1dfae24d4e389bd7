package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of stores in use. */
final class StoreCopyTest {
    private static final ColumnFamily EMPTY = ColumnFamily.of("empty");
    private static final StoreConfig SMALL_PAGES = StoreConfig.defaults().withPageBytes(512);

    @TempDir private Path directory;

    private Path target() {
        return directory.resolve("copy.coppice");
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Model fill(Store store) {
        Model model = new Model();
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(Samples.OTHER);
            model.create(Samples.OTHER);
            txn.createFamily(EMPTY);
            model.create(EMPTY);
            Random random = new Random(7);
            for (int i = 0; i < 3_000; i++) {
                long key = random.nextInt(5_000);
                model.put(txn, ColumnFamily.DEFAULT, Samples.key(key), Samples.value(i, i % 90));
            }
            model.put(txn, Samples.OTHER, Samples.key(1, 65_536), new byte[0]);
            model.put(txn, Samples.OTHER, Samples.key(2, 65_536), Samples.value(1, 1 << 20));
            model.put(txn, Samples.OTHER, new byte[1], Samples.value(2, 700));
            txn.commit();
        }
        return model;
    }

    private static void assertClean(Path file) {
        try (Store store = Store.open(file)) {
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copyHoldsEverything(boolean isCompact) throws IOException {
        try (Store store = Store.open(directory.resolve("a.coppice"), SMALL_PAGES)) {
            Model model = fill(store);
            CopyReport report = store.copyTo(target(), isCompact, Progress.NONE);
            assertEquals(store.latestTxn(), report.txn());
            assertEquals(3, report.families());
            assertEquals(model.of(ColumnFamily.DEFAULT).size() + 3, report.entries());
            assertEquals(Files.size(target()), report.bytes());
            model.verify(target(), StoreConfig.defaults());
        }
        assertEquals(
                List.of("a.coppice", "a.coppice-live", "copy.coppice", "copy.coppice-live"),
                files());
        assertClean(target());
        assertClean(directory.resolve("a.coppice"));
    }

    /** What is read again is not compared again, but no copy may make damage look right. */
    @Test
    void damageOfALargeValueIsNotCopied() throws IOException {
        Path path = directory.resolve("a.coppice");
        byte[] value = new byte[2_000];
        Arrays.fill(value, (byte) 0x5C);
        try (Store store = Store.open(path)) {
            store.put(Samples.key(1), Samples.value(1, 10));
            store.retain("before");
            store.put(Samples.key(2), value);
            damage(path, value);
            byte[] read = store.get(Samples.key(2));
            assertFalse(Arrays.equals(value, read), "not damaged");
            for (boolean isCompact : new boolean[] {true, false}) {
                assertThrows(
                        CorruptStoreException.class,
                        () -> store.copyTo(target(), isCompact, Progress.NONE));
            }
            try (Snapshot from = store.snapshot("before");
                    Snapshot to = store.snapshot()) {
                Path increment = directory.resolve("increment");
                assertThrows(
                        CorruptStoreException.class,
                        () -> store.copySince(from, to, increment, Progress.NONE));
            }
        }
        assertEquals(List.of("a.coppice", "a.coppice-live"), files());
    }

    /** Changes a byte of the value where it lies in the file. */
    private static void damage(Path path, byte[] value) throws IOException {
        byte[] file = Files.readAllBytes(path);
        int at = 0;
        while (!Arrays.equals(value, 0, value.length, file, at, at + value.length)) {
            at++;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x5D}), at + 1_234);
        }
    }

    @Test
    void leavesAreFullOrKeepAFifth() throws IOException {
        Path roomy = directory.resolve("roomy.coppice");
        try (Store store = Store.inMemory()) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 100_000; i++) {
                    txn.put(Samples.key(i), Samples.value(i, 20));
                }
                txn.commit();
            }
            store.copyTo(target(), true, Progress.NONE);
            store.copyTo(roomy, false, Progress.NONE);
        }
        double ratio = (double) Files.size(roomy) / Files.size(target());
        assertTrue(ratio > 1.2 && ratio < 1.3, "ratio=" + ratio);
        assertClean(target());
        assertClean(roomy);
    }

    @Test
    void emptyStoreAndReadOnlyStoreAreCopied() {
        Path first = directory.resolve("a.coppice");
        try (Store store = Store.open(first)) {
            assertEquals(0, store.copyTo(target(), true, Progress.NONE).entries());
        }
        StoreConfig config = StoreConfig.defaults().withReadOnly(true).withCreateIfMissing(false);
        Path second = directory.resolve("b.coppice");
        try (Store store = Store.open(target(), config)) {
            assertEquals(0, store.copyTo(second, false, Progress.NONE).entries());
        }
        new Model().verify(second, StoreConfig.defaults());
        assertClean(second);
    }

    @Test
    void copyOfAStoreUnderWritesIsOneCommit() {
        try (Store store = Store.inMemory(SMALL_PAGES)) {
            fill(store);
            long filled = store.latestTxn();
            AtomicBoolean isDone = new AtomicBoolean();
            Thread writer =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; !isDone.get(); i++) {
                                    try (WriteTransaction txn = store.begin()) {
                                        byte[] value = Samples.value(i, 40);
                                        for (int j = 0; j < 10; j++) {
                                            txn.put(Samples.key(j * 500L), value);
                                        }
                                        txn.commit();
                                    }
                                }
                            });
            try {
                while (store.latestTxn() == filled) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 5; i++) {
                    Path copy = directory.resolve("copy" + i);
                    CopyReport report = store.copyTo(copy, i % 2 == 0, Progress.NONE);
                    assertOneCommit(copy, report);
                }
            } finally {
                isDone.set(true);
                join(writer);
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertOneCommit(Path copy, CopyReport report) {
        try (Store store = Store.open(copy);
                Snapshot snapshot = store.snapshot()) {
            long entries = 0;
            for (ColumnFamily family : snapshot.families()) {
                entries += snapshot.count(family);
            }
            assertEquals(report.entries(), entries);
            byte[] first = snapshot.get(Samples.key(0));
            for (int j = 1; j < 10; j++) {
                byte[] value = snapshot.get(Samples.key(j * 500L));
                assertTrue(Arrays.equals(first, value), "j=" + j);
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    @Test
    void existingTargetStaysAsItIs() throws IOException {
        Files.writeString(target(), "mine");
        try (Store store = Store.inMemory()) {
            var refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> store.copyTo(target(), true, Progress.NONE));
            assertTrue(refused.getMessage().contains(target() + " exists"), refused.getMessage());
            Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
            assertThrows(
                    IllegalArgumentException.class, () -> store.copyTo(link, true, Progress.NONE));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copyTo(directory.resolve("none/copy"), true, Progress.NONE));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.copyTo(Path.of("/"), true, Progress.NONE));
        }
        assertEquals("mine", Files.readString(target()));
        assertEquals(List.of("copy.coppice", "link"), files());
    }

    @Test
    void targetThatAppearsMeanwhileIsNotReplaced() throws IOException {
        try (Store store = Store.inMemory()) {
            fill(store);
            Progress intruder =
                    (_, _) -> {
                        try {
                            Files.writeString(target(), "mine");
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    };
            assertThrows(StoreIoException.class, () -> store.copyTo(target(), true, intruder));
        }
        assertEquals("mine", Files.readString(target()));
        assertEquals(List.of("copy.coppice"), files());
    }

    @Test
    void copyThatIsBrokenOffLeavesNothing() throws IOException {
        try (Store store = Store.inMemory()) {
            fill(store);
            for (long limit : new long[] {0, 1_024, 2_048}) {
                Progress stop =
                        (done, _) -> {
                            if (done > limit) {
                                throw new IllegalStateException("enough");
                            }
                        };
                assertThrows(IllegalStateException.class, () -> store.copyTo(target(), true, stop));
                assertEquals(List.of(), files());
            }
        }
    }

    @Test
    void copyThatFindsNoRoomLeavesNothing() throws IOException {
        try (SmallDisk _ = SmallDisk.mount(directory, "2m");
                Store store = Store.inMemory()) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 10_000; i++) {
                    txn.put(Samples.key(i), Samples.value(i, 500));
                }
                txn.commit();
            }
            assertThrows(
                    StoreFullException.class, () -> store.copyTo(target(), true, Progress.NONE));
            assertEquals(List.of(), files());
        }
    }

    @Test
    void closedStoreAndSnapshotsThatAreClosedEndTheCopy() throws IOException {
        Store closed = Store.inMemory();
        closed.close();
        assertThrows(
                StoreClosedException.class, () -> closed.copyTo(target(), true, Progress.NONE));
        Store store = Store.inMemory(StoreConfig.defaults().withCloseTimeoutMillis(0));
        fill(store);
        Progress closing = (done, total) -> assertFalse(done == total || !close(store));
        assertThrows(StoreException.class, () -> store.copyTo(target(), true, closing));
        assertEquals(List.of(), files());
    }

    private static boolean close(Store store) {
        store.close();
        return true;
    }

    @Test
    void nullsAreRefused() {
        try (Store store = Store.inMemory()) {
            assertThrows(NullPointerException.class, () -> store.copyTo(null, true, Progress.NONE));
            assertThrows(NullPointerException.class, () -> store.copyTo(target(), true, null));
        }
    }
}
