package dev.coppice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.storage.FileStorage;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every storage promises. */
class StorageContractTest {
    private static final long MAX_SIZE = 1 << 20;

    @TempDir Path directory;

    /** The implementations. */
    enum Kind {
        MEMORY,
        FILE,
        SIMULATED
    }

    private Storage open(Kind kind) {
        return switch (kind) {
            case MEMORY -> new MemoryStorage(MAX_SIZE);
            case FILE ->
                    FileStorage.open(
                            directory.resolve("store"),
                            new FileStorage.Options(true, false, MAX_SIZE, false));
            case SIMULATED -> new SimulatedDisk(MAX_SIZE);
        };
    }

    private static MemorySegment filled(long bytes, int value) {
        return Arena.ofAuto().allocate(bytes).fill((byte) value);
    }

    private static byte at(MemorySegment[] chunks, long position) {
        return chunks[0].get(ValueLayout.JAVA_BYTE, position);
    }

    @ParameterizedTest
    @EnumSource
    void newStorageIsEmpty(Kind kind) {
        try (Storage storage = open(kind)) {
            assertEquals(0, storage.size());
            assertEquals(0, storage.chunks().length);
            assertEquals(MAX_SIZE, storage.maxSize());
            assertFalse(storage.isReadOnly());
            assertTrue(storage.canStoreThroughMapping());
            assertFalse(storage.identity().isSameFile(0, 0));
            storage.sync();
        }
    }

    @ParameterizedTest
    @EnumSource
    void createdContentIsThere(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(8192, 3));
            assertEquals(8192, storage.size());
            assertEquals(8192, storage.chunks()[0].byteSize());
            assertEquals(3, at(storage.chunks(), 8191));
            MemorySegment more = filled(4096, 1);
            assertThrows(IllegalStateException.class, () -> storage.create(more));
        }
    }

    @ParameterizedTest
    @EnumSource
    void storesAndWritesSeeEachOther(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(8192, 3));
            MemorySegment[] readable = storage.chunks();
            storage.writableChunks()[0].set(ValueLayout.JAVA_BYTE, 100, (byte) 9);
            storage.stored(100, 1);
            assertEquals(9, at(readable, 100));
            storage.write(101, filled(10, 8), 5, 2);
            assertEquals(8, at(readable, 101));
            assertEquals(8, at(storage.writableChunks(), 102));
            assertEquals(3, at(readable, 103));
            storage.sync(new long[] {0, 4096}, 1);
            storage.sync();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readableChunksRefuseStores(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(4096, 3));
            assertTrue(storage.chunks()[0].isReadOnly());
        }
    }

    @ParameterizedTest
    @EnumSource
    void growthAddsZerosAndReplacesTheArray(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(4096, 3));
            MemorySegment[] before = storage.chunks();
            MemorySegment[] writable = storage.writableChunks();
            storage.grow(65536);
            assertNotSame(before, storage.chunks());
            assertEquals(4096, before[0].byteSize());
            assertEquals(65536, storage.chunks()[0].byteSize());
            assertEquals(65536, storage.writableChunks()[0].byteSize());
            assertEquals(0, at(storage.chunks(), 4096));
            assertEquals(-1, storage.chunks()[0].asSlice(4096).mismatch(filled(61440, 0)));
            writable[0].set(ValueLayout.JAVA_BYTE, 7, (byte) 1);
            assertEquals(1, at(storage.chunks(), 7));
            assertEquals(1, at(before, 7));
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutBytesAreZeroAfterTheNextGrowth(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(16384, 3));
            storage.truncate(8192);
            assertEquals(8192, storage.size());
            assertEquals(8192, storage.chunks()[0].byteSize());
            assertEquals(8192, storage.writableChunks()[0].byteSize());
            storage.grow(16384);
            assertEquals(3, at(storage.chunks(), 8191));
            assertEquals(-1, storage.chunks()[0].asSlice(8192).mismatch(filled(8192, 0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void unlawfulSizesAndRangesAreTheCallersMistake(Kind kind) {
        try (Storage storage = open(kind)) {
            MemorySegment source = filled(4096, 1);
            assertThrows(IllegalArgumentException.class, () -> storage.create(filled(100, 1)));
            storage.create(filled(8192, 3));
            assertThrows(IllegalArgumentException.class, () -> storage.grow(8192));
            assertThrows(IllegalArgumentException.class, () -> storage.grow(9000));
            assertThrows(IllegalArgumentException.class, () -> storage.truncate(12288));
            assertThrows(
                    IllegalArgumentException.class, () -> storage.write(4097, source, 0, 4096));
            assertThrows(IllegalArgumentException.class, () -> storage.write(-1, source, 0, 1));
            assertEquals(8192, storage.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theMaximumSizeIsKept(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(8192, 3));
            StoreFullException e =
                    assertThrows(StoreFullException.class, () -> storage.grow(MAX_SIZE + 4096));
            assertTrue(e.getMessage().contains(Long.toString(MAX_SIZE)), e.getMessage());
            assertEquals(8192, storage.size());
            storage.grow(MAX_SIZE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void liveChunksAppearZeroFilledAndStay(Kind kind) {
        try (Storage storage = open(kind)) {
            MemorySegment second = storage.liveChunk(1);
            assertEquals(2, storage.liveChunkCount());
            assertEquals(Storage.LIVE_CHUNK_BYTES, second.byteSize());
            assertEquals(-1, second.mismatch(filled(Storage.LIVE_CHUNK_BYTES, 0)));
            second.set(ValueLayout.JAVA_LONG, 0, 5);
            storage.liveStored(Storage.LIVE_CHUNK_BYTES, 8);
            storage.liveChunk(4);
            assertEquals(5, storage.liveChunkCount());
            assertEquals(5, storage.liveChunk(1).get(ValueLayout.JAVA_LONG, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void deliveryPointsPassWhereNothingFaulted(Kind kind) {
        try (Storage storage = open(kind)) {
            storage.create(filled(4096, 1));
            for (int i = 0; i < 20_000; i++) {
                storage.deliveryPoint();
            }
            assertEquals(4096, storage.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingTwiceIsHarmlessAndWorkIsRefusedAfterwards(Kind kind) {
        Storage storage = open(kind);
        storage.create(filled(4096, 1));
        storage.close();
        storage.close();
        assertThrows(StoreClosedException.class, () -> storage.grow(8192));
        assertThrows(StoreClosedException.class, () -> storage.truncate(0));
        assertThrows(StoreClosedException.class, () -> storage.liveChunk(9));
    }
}
