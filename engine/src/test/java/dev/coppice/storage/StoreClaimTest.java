package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store is open once in each process, however it is reached, and processes see each other
 * whatever threads are interrupted.
 */
class StoreClaimTest {
    private static final FileStorage.Options CREATE = FileStorage.Options.defaults();
    private static final FileStorage.Options READ_ONLY =
            new FileStorage.Options(false, true, Long.MAX_VALUE, false);

    @TempDir Path directory;

    /** Opens a store as an engine does, which lets others in when it is done. */
    private static FileStorage open(Path path) {
        FileStorage storage = FileStorage.open(path, CREATE);
        storage.processes().admit();
        return storage;
    }

    @Test
    void secondOpeningInThisProcessIsRefused() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
            assertBusy(path, CREATE, "process " + ProcessHandle.current().pid());
            assertBusy(path, READ_ONLY, "this very process");
            Path link = Files.createSymbolicLink(directory.resolve("alias"), path);
            assertBusy(link, CREATE, "this very process");
            Path hard = directory.resolve("hard");
            Files.createLink(hard.resolveSibling("hard-live"), directory.resolve("store-live"));
            assertBusy(hard, CREATE, "this very process");
            // None of the refusals may have dropped the lock.
            assertOtherProcessSeesThisOne(path);
        }
        FileStorage.open(path, CREATE).close();
    }

    private static void assertBusy(Path path, FileStorage.Options options, String words) {
        BusyException e = assertThrows(BusyException.class, () -> FileStorage.open(path, options));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    private static void assertOtherProcessSeesThisOne(Path path) throws IOException {
        try (StoreProcess other = StoreProcess.start(path)) {
            String answer = other.answer();
            assertTrue(answer.endsWith("beside others"), answer);
        }
    }

    @Test
    void processIsSeenUntilItDies() throws IOException, InterruptedException {
        Path path = directory.resolve("store");
        try (StoreProcess other = StoreProcess.start(path)) {
            assertEquals("open 0 alone", other.answer());
            try (FileStorage storage = open(path)) {
                assertFalse(storage.processes().isAlone());
                assertFalse(storage.processes().isOnlyWriter());
                String first = storage.processes().describe(0);
                assertTrue(first.startsWith("process " + other.pid() + ", started"), first);
            }
            other.kill();
        }
        try (FileStorage storage = open(path)) {
            assertTrue(storage.processes().isAlone());
            storage.create(Segments.filled(4096, 1));
        }
        try (StoreProcess other = StoreProcess.start(path)) {
            assertEquals("open 4096 alone", other.answer());
        }
    }

    /** Through another name it would have another live file, and others would not be seen. */
    @Test
    void storeWithTwoNamesIsRefused() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
            Path hard = Files.createLink(directory.resolve("hard"), path);
            StoreIoException e =
                    assertThrows(StoreIoException.class, () -> FileStorage.open(hard, READ_ONLY));
            assertTrue(e.getMessage().contains("2 names"), e.getMessage());
            assertThrows(StoreIoException.class, () -> FileStorage.open(hard, CREATE));
            assertFalse(Files.exists(directory.resolve("hard-live")));
            Files.delete(hard);
            assertOtherProcessSeesThisOne(path);
        }
    }

    @Test
    void growthOfTwoProcessesAddsUp() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
            try (StoreProcess other = StoreProcess.start(path, 1 << 20)) {
                assertEquals("open 4096 beside others", other.answer());
                assertEquals("grown 1048576", other.answer());
                assertEquals(4096, storage.size());
                storage.reach(8192);
                assertEquals(1 << 20, storage.size());
                assertEquals(1 << 20, storage.chunks()[0].byteSize());
                storage.grow(2 << 20);
                assertEquals(2 << 20, Files.size(path));
            }
        }
    }

    @Test
    void immutableStoreIsRefusedWhereAProcessIsSeen() throws IOException {
        Path path = directory.resolve("store");
        FileStorage.Options immutable =
                new FileStorage.Options(false, true, true, Long.MAX_VALUE, false, 100);
        try (StoreProcess other = StoreProcess.start(path, 1 << 20)) {
            assertEquals("open 0 alone", other.answer());
            assertEquals("grown 1048576", other.answer());
            assertBusy(path, immutable, "process " + other.pid());
        }
        Path live = directory.resolve("store-live");
        Files.delete(live);
        try (FileStorage storage = FileStorage.open(path, immutable)) {
            storage.processes().admit();
            assertEquals(1 << 20, storage.size());
        }
        assertFalse(Files.exists(live));
    }

    @Test
    void lockSurvivesInterruptsAtEveryAppendedLiveChunk() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            InterruptStorm storm = InterruptStorm.onThisThread();
            try {
                for (int index = 1; index < 50; index++) {
                    assertEquals(Storage.LIVE_CHUNK_BYTES, storage.liveChunk(index).byteSize());
                }
            } finally {
                storm.end();
            }
            assertOtherProcessSeesThisOne(path);
        }
    }

    @Test
    void lockSurvivesLostSystemProperties() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
            System.getProperties().keySet().removeIf(key -> key.toString().startsWith("dev.copp"));
            assertBusy(path, CREATE, "this very process");
            assertOtherProcessSeesThisOne(path);
        }
    }

    @Test
    void twoClassLoadersMeet() throws Exception {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path);
                URLClassLoader loader = separateLoader()) {
            storage.create(Segments.filled(4096, 1));
            Class<?> other = loader.loadClass(FileStorage.class.getName());
            Class<?> options = loader.loadClass(FileStorage.Options.class.getName());
            Object defaults = options.getMethod("defaults").invoke(null);
            Exception e =
                    assertThrows(
                            Exception.class,
                            () ->
                                    other.getMethod("open", Path.class, options)
                                            .invoke(null, path, defaults));
            assertEquals(BusyException.class.getName(), e.getCause().getClass().getName());
            assertOtherProcessSeesThisOne(path);
        }
    }

    private static URLClassLoader separateLoader() {
        URL classes = FileStorage.class.getProtectionDomain().getCodeSource().getLocation();
        return new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
    }

    @Test
    void failedOpeningLeavesNoClaim() throws IOException {
        Path path = directory.resolve("store");
        Files.write(path, new byte[100]);
        assertThrows(RuntimeException.class, () -> FileStorage.open(path, CREATE));
        Files.delete(path);
        try (FileStorage storage = open(path)) {
            assertEquals(0, storage.size());
        }
    }
}
