package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full store whose free pages lie so far apart that no free-space image fits between them. */
final class FragmentedStoreTest {
    private static final byte[] VALUE = new byte[800];

    @TempDir Path directory;

    @Test
    void closeKeepsCommitsThoughNoCheckpointFits() throws Exception {
        Path file = directory.resolve("full.coppice");
        StoreConfig config = StoreConfig.defaults().withPageBytes(512).withMaxBytes(4 << 20);
        int stored = 0;
        long count;
        try (Store store = Store.open(file, config)) {
            stored = fill(store);
            deleteAlternate(store, stored);
            try (Snapshot snapshot = store.snapshot()) {
                count = snapshot.count();
            }
        }
        assertTrue(count > 0 && count < stored, count + " of " + stored);
        Files.delete(directory.resolve("full.coppice-live"));
        try (Store store = Store.open(file, config)) {
            try (Snapshot snapshot = store.snapshot()) {
                assertEquals(count, snapshot.count());
                assertNotNull(snapshot.get(key(stored - stored % 2 - 1)));
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    private static int fill(Store store) {
        int stored = 0;
        try {
            while (true) {
                store.put(key(stored), VALUE);
                stored++;
            }
        } catch (StoreFullException e) {
            return stored;
        }
    }

    private static void deleteAlternate(Store store, int stored) {
        try {
            for (int i = 0; i < stored; i += 2) {
                store.delete(key(i));
            }
        } catch (StoreFullException e) {
            // As many as fit: how many is not what this test is about.
            return;
        }
    }

    private static byte[] key(int i) {
        return String.format("key%08d", i).getBytes(UTF_8);
    }
}
