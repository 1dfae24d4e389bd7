package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt fails nothing, closes nothing and is not lost. */
class FileStorageInterruptTest {
    private static final FileStorage.Options CREATE = FileStorage.Options.defaults();

    @TempDir Path directory;

    @AfterEach
    void clearFlag() {
        assertTrue(Thread.interrupted() || !Thread.currentThread().isInterrupted());
    }

    @Test
    void everyOperationWorksWithTheFlagSetAndKeepsIt() {
        Path path = directory.resolve("store");
        Thread.currentThread().interrupt();
        FileStorage storage = FileStorage.open(path, CREATE);
        assertFlag("open");
        storage.create(Segments.filled(8192, 1));
        assertFlag("create");
        storage.grow(1 << 20);
        assertFlag("grow");
        MemorySegment[] writable = storage.writableChunks();
        assertFlag("writableChunks");
        Segments.store(writable, 5000, 7);
        storage.stored(5000, 1);
        storage.write(6000, Segments.filled(1, 8), 0, 1);
        assertFlag("write");
        storage.sync();
        assertFlag("sync");
        storage.sync(new long[] {4096, 4096}, 1);
        assertFlag("sync of ranges");
        storage.liveChunk(3);
        assertFlag("liveChunk");
        storage.deliveryPoint();
        assertFlag("deliveryPoint");
        storage.identity();
        assertFlag("identity");
        storage.truncate(8192);
        assertFlag("truncate");
        assertEquals(7, Segments.at(storage.chunks(), 5000));
        assertEquals(8, Segments.at(storage.chunks(), 6000));
        storage.close();
        assertFlag("close");
    }

    private static void assertFlag(String operation) {
        assertTrue(Thread.currentThread().isInterrupted(), operation + " lost the flag");
    }

    @Test
    void everyOperationWorksInAStormOfInterrupts() {
        Path path = directory.resolve("store");
        InterruptStorm storm = InterruptStorm.onThisThread();
        try {
            FileStorage storage = FileStorage.open(path, CREATE);
            storage.create(Segments.filled(8192, 1));
            for (int i = 1; i <= 100; i++) {
                long size = 8192 + i * 65536L;
                storage.grow(size);
                Segments.store(storage.writableChunks(), size - 1, i);
                storage.stored(size - 1, 1);
                storage.write(size - 2, Segments.filled(1, i), 0, 1);
                storage.sync(new long[] {size - 4096, 4096}, 1);
                assertEquals((byte) i, Segments.at(storage.chunks(), size - 1));
                assertEquals((byte) i, Segments.at(storage.chunks(), size - 2));
                storage.liveChunk(i / 4);
                storage.deliveryPoint();
            }
            storage.truncate(8192);
            storage.close();
            FileStorage again = FileStorage.open(path, CREATE);
            assertEquals(8192, again.size());
            again.close();
        } finally {
            storm.end();
        }
    }
}
