package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.error.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths and files that are no store, or not one for this software. */
class ForeignFileTest {
    private static final StoreConfig CONFIG = StoreConfig.defaults();
    private static final StoreConfig READ_ONLY = CONFIG.withReadOnly(true);

    @TempDir Path directory;
    private Path path;

    @BeforeEach
    void setPath() {
        path = directory.resolve("store");
    }

    private static void assertNames(Exception e, Object... parts) {
        for (Object part : parts) {
            assertTrue(e.getMessage().contains(String.valueOf(part)), e.getMessage());
        }
    }

    /** Opens for writing and for reading; both must be refused and change nothing. */
    private StoreException assertRefused(byte[] file) throws IOException {
        Files.write(path, file);
        List<Path> before = files();
        assertThrows(UnsupportedFormatException.class, () -> Store.open(path, READ_ONLY));
        StoreException e =
                assertThrows(UnsupportedFormatException.class, () -> Store.open(path, CONFIG));
        assertArrayEquals(file, Files.readAllBytes(path));
        assertEquals(before, files());
        return e;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static long commit(Path name) {
        try (Store store = Store.open(name, CONFIG)) {
            store.put("key", name.toString());
            return store.latestTxn();
        }
    }

    /**
     * Each name of a file has a live file of its own, and the one that was not used last does not
     * know which ids were handed out since: it belongs to an earlier epoch. Its word for the next
     * id was taken nevertheless, so that ids of transactions that had not committed came again.
     */
    @Test
    void otherNameOfTheFileDoesNotHandOutIdsAgain() throws IOException {
        Path other = directory.resolve("other");
        long first = commit(path);
        Files.move(path, other);
        long second = commit(other);
        Files.move(other, path);
        long third = commit(path);
        assertTrue(second >>> 48 > first >>> 48, first + " and " + second);
        assertTrue(third >>> 48 > second >>> 48, second + " and " + third);
        try (Store store = Store.open(path, CONFIG)) {
            assertEquals(path.toString(), store.get("key"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 4095})
    void fileShorterThanABlockIsRefusedWithItsLength(int length) throws IOException {
        StoreException e = assertRefused(new byte[length]);
        assertNames(e, path, length + " bytes", "not a store");
    }

    /** Found by Jazzer: recovery wrote the second slot behind the end of the file. */
    @ParameterizedTest
    @ValueSource(ints = {8192, 12_288, 65_536})
    void storeCutInsideItsSlotsIsRefusedWithItsLength(int length) throws IOException {
        try (Store store = Store.open(path, CONFIG)) {
            store.put("key", "value");
        }
        byte[] content = Files.readAllBytes(path);
        Files.delete(path);
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-live"));
        byte[] cut = Arrays.copyOf(content, length);
        Files.write(path, cut);
        for (StoreConfig config : List.of(READ_ONLY, CONFIG)) {
            assertNames(
                    assertThrows(CorruptStoreException.class, () -> Store.open(path, config)),
                    "length of the file",
                    "found=" + length);
            assertArrayEquals(cut, Files.readAllBytes(path));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 5000, 65_536, 70_000, 1 << 20})
    void zerosAreNotAStore(int length) throws IOException {
        StoreException e = assertRefused(new byte[length]);
        assertNames(e, "not a store");
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 80_000})
    void textIsNotAStore(int length) throws IOException {
        byte[] text = Samples.text("It was a dark and stormy night. ".repeat(length / 32 + 1));
        StoreException e = assertRefused(text);
        assertNames(e, "not a store");
    }

    @Test
    void directoryIsRefused() {
        assertNames(
                assertThrows(StoreIoException.class, () -> Store.open(directory)),
                directory,
                "directory");
        assertNames(
                assertThrows(StoreIoException.class, () -> Store.open(directory, READ_ONLY)),
                directory);
    }

    @Test
    void missingParentIsRefusedByName() {
        Path below = directory.resolve("absent").resolve("store");
        StoreIoException e = assertThrows(StoreIoException.class, () -> Store.open(below));
        assertNames(e, directory.resolve("absent"), "does not exist");
        assertFalse(Files.exists(directory.resolve("absent")));
    }

    @Test
    void missingStoreIsOnlyCreatedWhereThatIsWanted() throws IOException {
        StoreConfig existing = CONFIG.withCreateIfMissing(false);
        assertNames(assertThrows(StoreIoException.class, () -> Store.open(path, existing)), path);
        assertNames(assertThrows(StoreIoException.class, () -> Store.open(path, READ_ONLY)), path);
        try (var files = Files.list(directory)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void namesOfTheFilesOfAStoreAreRefused() {
        Path live = directory.resolve("store-live");
        assertNames(assertThrows(StoreIoException.class, () -> Store.open(live)), live);
    }

    @Test
    void storeWithoutPermissionIsRefused() throws IOException {
        assumeTrue(path.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Store.open(path).close();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        assumeFalse(
                Files.isReadable(path),
                "skipped: this user, root, may read every file, whatever its permissions");
        assertNames(assertThrows(StoreIoException.class, () -> Store.open(path)), path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
        assertNames(assertThrows(StoreIoException.class, () -> Store.open(path)), path);
        Store.open(path, READ_ONLY).close();
    }

    private byte[] storeWithOneEntry() throws IOException {
        try (Store store = Store.open(path)) {
            store.put(Samples.key(1), Samples.value(1, 10));
        }
        return Files.readAllBytes(path);
    }

    private void assertHoldsOneEntry(StoreConfig config) {
        try (Store store = Store.open(path, config)) {
            assertArrayEquals(Samples.value(1, 10), store.get(Samples.key(1)));
        }
    }

    @Test
    void newerVersionIsRefused() throws IOException {
        byte[] file = storeWithOneEntry();
        StoreException e = assertRefused(Damage.withHeader(file, Damage.VERSION_OFFSET, 2));
        assertNames(e, "version=2", "reads version 1");
        Files.write(path, file);
        assertHoldsOneEntry(CONFIG);
    }

    @Test
    void unknownIncompatibleFeatureIsRefused() throws IOException {
        byte[] file = storeWithOneEntry();
        StoreException e = assertRefused(Damage.withHeader(file, Damage.INCOMPATIBLE_OFFSET, 64));
        assertNames(e, "features=40");
        Files.write(path, file);
        assertHoldsOneEntry(CONFIG);
    }

    @Test
    void unknownReadCompatibleFeatureAllowsReadingOnly() throws IOException {
        byte[] file = Damage.withHeader(storeWithOneEntry(), Damage.READ_COMPATIBLE_OFFSET, 2);
        Files.write(path, file);
        assertNames(
                assertThrows(UnsupportedFormatException.class, () -> Store.open(path)),
                "features=2",
                "read-only");
        assertHoldsOneEntry(READ_ONLY);
        try (Store store = Store.open(path, READ_ONLY)) {
            assertThrows(ReadOnlyException.class, store::begin);
        }
        assertArrayEquals(file, Files.readAllBytes(path));
    }

    @Test
    void refusedFileLeavesNoClaimBehind() throws IOException {
        assertRefused(new byte[8192]);
        Files.delete(path);
        assertHoldsOneEntryAfterCreation();
    }

    private void assertHoldsOneEntryAfterCreation() throws IOException {
        storeWithOneEntry();
        assertHoldsOneEntry(CONFIG);
    }
}
