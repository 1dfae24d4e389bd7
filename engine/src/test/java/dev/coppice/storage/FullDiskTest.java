package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On small and on read-only file systems, where the test may mount them. */
class FullDiskTest {
    private static final FileStorage.Options CREATE = FileStorage.Options.defaults();
    private static final FileStorage.Options READ_ONLY =
            new FileStorage.Options(false, true, Long.MAX_VALUE, false);

    @TempDir Path directory;

    @Test
    void growthOnAFullDiskIsUndone() throws IOException {
        try (Mount mount = Mount.tmpfs(directory, "size=2m")) {
            Path path = mount.directory().resolve("store");
            try (FileStorage storage = FileStorage.open(path, CREATE)) {
                storage.create(Segments.filled(8192, 1));
                storage.grow(1 << 20);
                StoreFullException e =
                        assertThrows(StoreFullException.class, () -> storage.grow(4 << 20));
                assertTrue(e.getMessage().contains("from 1048576 to 4194304"), e.getMessage());
                assertEquals(1 << 20, storage.size());
                assertEquals(1 << 20, Files.size(path));
                storage.grow(1 << 20 | 65536);
                assertEquals(0, Segments.at(storage.chunks(), 1 << 20));
                assertThrows(StoreFullException.class, () -> storage.liveChunk(64));
                assertEquals(1, storage.liveChunkCount());
                storage.liveChunk(1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            }
        }
    }

    @Test
    void creationOnAFullDiskLeavesNothing() throws IOException {
        try (Mount mount = Mount.tmpfs(directory, "size=512k")) {
            Path path = mount.directory().resolve("store");
            try (FileStorage storage = FileStorage.open(path, CREATE)) {
                assertThrows(
                        StoreFullException.class,
                        () -> storage.create(Segments.filled(1 << 20, 1)));
                assertFalse(Files.exists(path));
                assertFalse(Files.exists(path.resolveSibling("store-creating")));
                storage.create(Segments.filled(8192, 1));
                assertEquals(8192, storage.size());
            }
        }
    }

    @Test
    void readOnlyMediumIsReadWithTheLiveFileAsItIs() throws IOException {
        try (Mount mount = Mount.tmpfs(directory, "size=2m")) {
            Path path = mount.directory().resolve("store");
            try (FileStorage storage = FileStorage.open(path, CREATE)) {
                storage.create(Segments.filled(8192, 3));
                storage.liveChunk(1).set(ValueLayout.JAVA_LONG, 64, 99);
            }
            mount.remount("ro");
            assertThrows(StoreIoException.class, () -> FileStorage.open(path, CREATE));
            try (FileStorage storage = FileStorage.open(path, READ_ONLY)) {
                assertEquals(3, Segments.at(storage.chunks(), 8191));
                assertEquals(2, storage.liveChunkCount());
                assertEquals(99, storage.liveChunk(1).get(ValueLayout.JAVA_LONG, 64));
                storage.liveChunk(2).set(ValueLayout.JAVA_LONG, 0, 1);
            }
        }
    }

    @Test
    void readOnlyMediumWithoutLiveFileIsReadUnclaimed() throws IOException {
        try (Mount mount = Mount.tmpfs(directory, "size=2m")) {
            Path path = mount.directory().resolve("store");
            Files.write(path, new byte[8192]);
            mount.remount("ro");
            try (FileStorage storage = FileStorage.open(path, READ_ONLY);
                    FileStorage second = FileStorage.open(path, READ_ONLY)) {
                assertEquals(8192, storage.size());
                assertEquals(8192, second.size());
                assertEquals(0, storage.liveChunkCount());
                storage.liveChunk(0).set(ValueLayout.JAVA_LONG, 0, 1);
                assertEquals(0, second.liveChunk(0).get(ValueLayout.JAVA_LONG, 0));
            }
        }
    }
}
