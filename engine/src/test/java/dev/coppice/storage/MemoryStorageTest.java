package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What holds for memory only; the contract that all storages share is tested in the test kit. */
class MemoryStorageTest {
    @Test
    void growthMovesNoByte() {
        try (MemoryStorage storage = new MemoryStorage(1L << 30)) {
            storage.create(Segments.filled(8192, 1));
            MemorySegment[] early = storage.writableChunks();
            storage.grow(1 << 20);
            Segments.store(early, 100, 42);
            assertEquals(42, Segments.at(storage.chunks(), 100));
            Segments.store(storage.writableChunks(), 101, 43);
            assertEquals(43, Segments.at(early, 101));
        }
    }

    @Test
    void smallStoresTakeLittleMemory() {
        MemoryStorage[] many = new MemoryStorage[500];
        for (int i = 0; i < many.length; i++) {
            many[i] = new MemoryStorage(1L << 30);
            many[i].create(Segments.filled(8192, i));
        }
        for (int i = 0; i < many.length; i++) {
            assertEquals((byte) i, Segments.at(many[i].chunks(), 8191));
            many[i].close();
        }
    }

    @Test
    void everyChunkButTheLastIsWhole() {
        try (MemoryStorage storage = new MemoryStorage(1L << 30)) {
            storage.create(Segments.filled(4096, 1));
            storage.grow(2L * Storage.CHUNK_BYTES + 4096);
            assertEquals(3, storage.chunks().length);
            assertEquals(Storage.CHUNK_BYTES, storage.chunks()[1].byteSize());
            assertEquals(4096, storage.chunks()[2].byteSize());
            MemorySegment source = Segments.filled(8192, 7);
            storage.write(2L * Storage.CHUNK_BYTES - 4096, source, 0, 8192);
            assertEquals(7, Segments.at(storage.chunks(), 2L * Storage.CHUNK_BYTES - 1));
            assertEquals(7, Segments.at(storage.chunks(), 2L * Storage.CHUNK_BYTES + 4095));
        }
    }

    @Test
    void growthBeyondTheMaximumNamesIt() {
        try (MemoryStorage storage = new MemoryStorage(8192)) {
            storage.create(Segments.filled(8192, 1));
            StoreFullException e =
                    assertThrows(StoreFullException.class, () -> storage.grow(12288));
            assertTrue(e.getMessage().contains("8192"), e.getMessage());
            assertEquals(8192, storage.size());
        }
    }

    @Test
    void closedMemoryCannotBeTouched() {
        MemoryStorage storage = new MemoryStorage(1 << 20);
        storage.create(Segments.filled(4096, 1));
        MemorySegment[] chunks = storage.chunks();
        storage.close();
        storage.close();
        assertThrows(IllegalStateException.class, () -> Segments.at(chunks, 0));
        assertThrows(StoreClosedException.class, () -> storage.grow(8192));
    }

    @Test
    void memoryHasNoIdentity() {
        try (MemoryStorage storage = new MemoryStorage(1 << 20)) {
            assertEquals(new Identity(0, 0, 0, 0), storage.identity());
        }
    }
}
