package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store is open once, however it is reached and whatever threads are interrupted. */
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
            assertOtherProcessIsRefused(path);
        }
        FileStorage.open(path, CREATE).close();
    }

    private static void assertBusy(Path path, FileStorage.Options options, String words) {
        BusyException e = assertThrows(BusyException.class, () -> FileStorage.open(path, options));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    private static void assertOtherProcessIsRefused(Path path) throws IOException {
        try (StoreProcess other = StoreProcess.start(path)) {
            String answer = other.answer();
            assertTrue(answer.startsWith("busy: "), answer);
            assertTrue(
                    answer.contains("process " + ProcessHandle.current().pid() + ", started"),
                    answer);
        }
    }

    @Test
    void storeHeldByAnotherProcessIsRefusedUntilThatDies()
            throws IOException, InterruptedException {
        Path path = directory.resolve("store");
        try (StoreProcess other = StoreProcess.start(path)) {
            assertEquals("open 0", other.answer());
            assertBusy(path, CREATE, "process " + other.pid());
            assertBusy(path, CREATE, "process " + other.pid());
            other.kill();
        }
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
        }
        try (StoreProcess other = StoreProcess.start(path)) {
            assertEquals("open 4096", other.answer());
        }
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
            assertOtherProcessIsRefused(path);
        }
    }

    @Test
    void lockSurvivesLostSystemProperties() throws IOException {
        Path path = directory.resolve("store");
        try (FileStorage storage = open(path)) {
            storage.create(Segments.filled(4096, 1));
            System.getProperties().keySet().removeIf(key -> key.toString().startsWith("dev.copp"));
            assertBusy(path, CREATE, "this very process");
            assertOtherProcessIsRefused(path);
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
            assertOtherProcessIsRefused(path);
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
