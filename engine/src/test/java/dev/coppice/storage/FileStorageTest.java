package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, errors and reopening; the contract that all storages share is tested in the test kit. */
class FileStorageTest {
    private static final FileStorage.Options CREATE = FileStorage.Options.defaults();
    private static final FileStorage.Options EXISTING =
            new FileStorage.Options(false, false, Long.MAX_VALUE, false);
    private static final FileStorage.Options READ_ONLY =
            new FileStorage.Options(false, true, Long.MAX_VALUE, false);

    @TempDir Path directory;
    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("a.coppice");
    }

    private void makeStore() {
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            storage.create(Segments.filled(8192, 1));
        }
    }

    @Test
    void contentSurvivesReopening() {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            assertEquals(8192, storage.size());
            storage.grow(1 << 20);
            storage.write(500_000, Segments.filled(1000, 9), 0, 1000);
            Segments.store(storage.writableChunks(), 600_000, 8);
            storage.stored(600_000, 1);
            storage.sync();
        }
        try (FileStorage storage = FileStorage.open(path, READ_ONLY)) {
            assertEquals(1 << 20, storage.size());
            assertEquals(1, Segments.at(storage.chunks(), 8191));
            assertEquals(0, Segments.at(storage.chunks(), 8192));
            assertEquals(9, Segments.at(storage.chunks(), 500_999));
            assertEquals(8, Segments.at(storage.chunks(), 600_000));
        }
    }

    @Test
    void fileThatWasPutInItsPlaceIsNotTouched() throws IOException {
        makeStore();
        Path other = directory.resolve("other");
        byte[] content = new byte[12_288];
        Arrays.fill(content, (byte) 7);
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            storage.writableChunks();
            storage.grow(1 << 20);
            Files.write(other, content);
            Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
            if (storage.canStoreThroughMapping()) {
                storage.grow(2 << 20);
            }
            long size = storage.size();
            StoreIoException failure =
                    assertThrows(StoreIoException.class, () -> storage.grow(80 << 20));
            assertTrue(failure.getMessage().contains("replaced"), failure.getMessage());
            assertEquals(size, storage.size());
            assertArrayEquals(content, Files.readAllBytes(path));
        }
    }

    @Test
    void nothingButTheLiveFileExistsBeforeCreation() throws IOException {
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            assertEquals(0, storage.size());
            assertEquals(0, storage.chunks().length);
            assertEquals(0, storage.writableChunks().length);
            assertEquals(0, storage.identity().inode());
            assertEquals(List.of("a.coppice-live"), names());
            storage.create(Segments.filled(4096, 1));
            assertNotEquals(0, storage.identity().inode());
        }
        assertEquals(List.of("a.coppice", "a.coppice-live"), names());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void leftOverOfACreationIsRemoved() throws IOException {
        Files.writeString(directory.resolve("a.coppice-creating"), "half");
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            assertEquals(List.of("a.coppice-live"), names());
            assertEquals(0, storage.size());
        }
    }

    @Test
    void creationReplacesNoFile() throws IOException {
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            Files.writeString(path, "somebody else's");
            StoreIoException e =
                    assertThrows(
                            StoreIoException.class, () -> storage.create(Segments.filled(4096, 1)));
            assertTrue(e.getMessage().contains("made by somebody else"), e.getMessage());
            assertEquals("somebody else's", Files.readString(path));
            assertEquals(List.of("a.coppice", "a.coppice-live"), names());
        }
    }

    @Test
    void growthIsPhysical() throws IOException {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            storage.grow(3 << 20);
            storage.sync();
            assertEquals(3 << 20, Files.size(path));
            Process du = new ProcessBuilder("du", "-k", path.toString()).start();
            String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(Integer.parseInt(text.split("\\s", 2)[0]) >= 3 << 10, text);
        }
    }

    @Test
    void aFileNeverGrowsByBeingMapped() throws IOException {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            storage.writableChunks();
            storage.grow(16384);
            storage.writableChunks();
            assertEquals(16384, Files.size(path));
            storage.truncate(4096);
            storage.writableChunks();
            assertEquals(4096, Files.size(path));
            assertEquals(4096, storage.writableChunks()[0].byteSize());
            storage.grow(12288);
            assertEquals(12288, Files.size(path));
            assertEquals(1, Segments.at(storage.chunks(), 4095));
            assertEquals(0, Segments.at(storage.chunks(), 4096));
        }
    }

    @Test
    void growthInsideAChunkMapsNothingAnew() throws IOException {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            assumeTrue(storage.canStoreThroughMapping());
            storage.writableChunks();
            storage.grow(16384);
            long reading = storage.chunks()[0].address();
            long writing = storage.writableChunks()[0].address();
            for (long size : new long[] {20480, 1 << 20, 3 << 20}) {
                storage.grow(size);
                Segments.store(storage.writableChunks(), size - 1, 7);
                assertEquals(reading, storage.chunks()[0].address());
                assertEquals(writing, storage.writableChunks()[0].address());
                assertEquals(size, storage.writableChunks()[0].byteSize());
                assertEquals(7, Segments.at(storage.chunks(), size - 1));
                assertEquals(size, Files.size(path));
            }
        }
        assertEquals(3 << 20, Files.size(path));
    }

    @Test
    void lengthThatTheSystemRefusesLeavesTheFileAsItIs() throws IOException {
        makeStore();
        long size = Files.size(path);
        try (DataFile file = DataFile.open(path)) {
            file.whileLonger(size, Long.MAX_VALUE, () -> fail("ran beside a file of any length"));
            assertEquals(size, Files.size(path));
            IOException thrown = new IOException("of the action");
            IOException seen =
                    assertThrows(
                            IOException.class,
                            () ->
                                    file.whileLonger(
                                            size,
                                            size + 4096,
                                            () -> {
                                                assertEquals(size + 4096, Files.size(path));
                                                throw thrown;
                                            }));
            assertSame(thrown, seen);
            assertEquals(size, Files.size(path));
        }
    }

    @Test
    void olderChunksShowTheSameBytesAfterGrowth() {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            MemorySegment[] reading = storage.chunks();
            MemorySegment[] writing = storage.writableChunks();
            storage.grow(Storage.CHUNK_BYTES + 8192L);
            Segments.store(writing, 10, 5);
            assertEquals(5, Segments.at(reading, 10));
            assertEquals(5, Segments.at(storage.chunks(), 10));
            assertEquals(2, storage.chunks().length);
            assertEquals(8192, storage.writableChunks()[1].byteSize());
            storage.write(Storage.CHUNK_BYTES - 100L, Segments.filled(200, 3), 0, 200);
            assertEquals(3, Segments.at(storage.chunks(), Storage.CHUNK_BYTES + 99L));
        }
    }

    @Test
    void flushesOfRangesReachAcrossChunks() {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            storage.writableChunks();
            storage.grow(Storage.CHUNK_BYTES + 8192L);
            storage.sync();
            long[] ranges = {Storage.CHUNK_BYTES - 4096L, 8192, 0, 4096};
            storage.sync(ranges, 2);
            long[] outside = {Storage.CHUNK_BYTES, 1 << 20};
            assertThrows(IllegalArgumentException.class, () -> storage.sync(outside, 1));
        }
    }

    @Test
    void anUnevenTailIsIgnoredAndOverwritten() throws IOException {
        makeStore();
        byte[] uneven = new byte[8192 + 100];
        uneven[8192] = 77;
        Files.write(path, uneven);
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            assertEquals(8192, storage.size());
            storage.grow(12288);
            assertEquals(0, Segments.at(storage.chunks(), 8192));
        }
    }

    @Test
    void growthBeyondTheMaximumNamesIt() throws IOException {
        try (FileStorage storage =
                FileStorage.open(path, new FileStorage.Options(true, false, 16384, false))) {
            storage.create(Segments.filled(8192, 1));
            StoreFullException e =
                    assertThrows(StoreFullException.class, () -> storage.grow(20480));
            assertTrue(e.getMessage().contains("16384"), e.getMessage());
            assertEquals(8192, Files.size(path));
            storage.grow(16384);
        }
    }

    @Test
    void badPathsAreRefusedWithASentence() throws IOException {
        assertRefused(directory, CREATE, "is a directory");
        assertRefused(directory.resolve("no/such"), CREATE, "does not exist");
        assertRefused(path, EXISTING, "There is no store");
        assertRefused(path, READ_ONLY, "There is no store");
        assertRefused(directory.resolve("x-live"), CREATE, "belongs to a store");
        Files.createFile(path);
        assertRefused(path, CREATE, "has 0 bytes");
        Files.write(path, new byte[4095]);
        assertRefused(path, CREATE, "has 4095 bytes");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
        assertRefused(link, CREATE, "symbolic link");
        Files.createDirectory(directory.resolve("b-live"));
        assertRefused(directory.resolve("b"), CREATE, "live file");
    }

    private static void assertRefused(Path path, FileStorage.Options options, String words) {
        StoreIoException e =
                assertThrows(StoreIoException.class, () -> FileStorage.open(path, options));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    @Test
    void refusedOpeningLeavesNoLiveFile() throws IOException {
        assertRefused(path, EXISTING, "There is no store");
        assertEquals(List.of(), names());
    }

    @Test
    void readOnlyRefusesEveryChange() throws IOException {
        makeStore();
        byte[] before = Files.readAllBytes(path);
        try (FileStorage storage = FileStorage.open(path, READ_ONLY)) {
            assertTrue(storage.isReadOnly());
            assertFalse(storage.canStoreThroughMapping());
            assertThrows(ReadOnlyException.class, storage::writableChunks);
            assertThrows(ReadOnlyException.class, () -> storage.grow(1 << 20));
            assertThrows(ReadOnlyException.class, () -> storage.truncate(4096));
            MemorySegment source = Segments.filled(1, 1);
            assertThrows(ReadOnlyException.class, () -> storage.write(0, source, 0, 1));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> storage.chunks()[0].set(ValueLayout.JAVA_BYTE, 0, (byte) 5),
                    "the mapping is read-only");
            storage.sync();
        }
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void liveChunksAreKeptAndZeroFilled() throws IOException {
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            assertEquals(1, storage.liveChunkCount());
            MemorySegment third = storage.liveChunk(2);
            assertEquals(3, storage.liveChunkCount());
            assertEquals(Storage.LIVE_CHUNK_BYTES, third.byteSize());
            assertEquals(0, third.get(ValueLayout.JAVA_LONG, 8));
            third.set(ValueLayout.JAVA_LONG, 8, 4711);
        }
        Path live = directory.resolve("a.coppice-live");
        assertEquals(3L * Storage.LIVE_CHUNK_BYTES, Files.size(live));
        try (FileStorage storage = FileStorage.open(path, CREATE)) {
            assertEquals(3, storage.liveChunkCount());
            assertEquals(4711, storage.liveChunk(2).get(ValueLayout.JAVA_LONG, 8));
        }
    }

    @Test
    void wordsOfTheEngineStayAsTheyAre() throws IOException {
        Path live = directory.resolve("a.coppice-live");
        FileStorage.open(path, CREATE).close();
        byte[] withoutProcesses = Arrays.copyOf(Files.readAllBytes(live), 12_288);
        assertArrayEquals(new byte[12_288], withoutProcesses);
    }

    @Test
    void identityIsThatOfTheFileAndTheBoot() throws IOException {
        makeStore();
        try (FileStorage storage = FileStorage.open(path, EXISTING)) {
            Identity identity = storage.identity();
            assertEquals(Files.getAttribute(path, "unix:ino"), identity.inode());
            assertEquals(Files.getAttribute(path, "unix:dev"), identity.device());
            assertTrue(identity.isSameBoot(identity.bootHigh(), identity.bootLow()));
        }
    }

    @Test
    void closedStorageRefusesWork() {
        FileStorage storage = FileStorage.open(path, CREATE);
        storage.create(Segments.filled(4096, 1));
        MemorySegment[] chunks = storage.chunks();
        storage.close();
        storage.close();
        assertThrows(StoreClosedException.class, storage::sync);
        assertThrows(StoreClosedException.class, () -> storage.grow(8192));
        assertThrows(StoreClosedException.class, () -> storage.liveChunk(0));
        assertThrows(IllegalStateException.class, () -> Segments.at(chunks, 0));
    }
}
