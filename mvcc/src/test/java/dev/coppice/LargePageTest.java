package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores whose pages are larger than the blocks of the header. */
final class LargePageTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(ints = {512, 4_096, 8_192, 16_384, 32_768, 65_536})
    void secondHeaderCopyIsNeverHandedOut(int pageBytes) {
        Path file = directory.resolve("large.coppice");
        StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
        try (Store store = Store.open(file, config)) {
            for (int i = 0; i < 2_000; i++) {
                store.put(("key" + i).getBytes(UTF_8), new byte[300]);
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
        try (Store store = Store.open(file)) {
            assertEquals(pageBytes, store.stats().pageBytes());
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4_096, 65_536})
    void fileShrinksWhenClearedStoreIsClosed(int pageBytes) throws Exception {
        Path file = directory.resolve("cleared.coppice");
        StoreConfig config = StoreConfig.defaults().withPageBytes(pageBytes);
        long fullBytes;
        try (Store store = Store.open(file, config)) {
            try (WriteTransaction txn = store.begin()) {
                for (int i = 0; i < 20_000; i++) {
                    txn.put(("key" + i).getBytes(UTF_8), new byte[300]);
                }
                txn.commit();
            }
            store.checkpoint();
            fullBytes = Files.size(file);
            try (WriteTransaction txn = store.begin()) {
                assertEquals(20_000, txn.clear(ColumnFamily.DEFAULT));
                txn.commit();
            }
            store.checkpoint();
        }
        try (Store store = Store.open(file)) {
            store.put("one".getBytes(UTF_8), new byte[1]);
        }
        long bytesLeft = Files.size(file);
        assertTrue(bytesLeft < fullBytes / 2, bytesLeft + " bytes left of " + fullBytes);
    }
}
