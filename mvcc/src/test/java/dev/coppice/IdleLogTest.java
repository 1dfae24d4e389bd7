package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a store at default settings that nobody uses does not keep its log, which the reference
 * does without a bound.
 *
 * <p>Method: 20,000 small puts, each a transaction of its own; then nothing but looking at figures.
 */
class IdleLogTest {
    private static final int PUTS = 20_000;

    @TempDir Path directory;

    @Test
    void logOfAnIdleStoreEmptiesByItself() {
        Path path = directory.resolve("store");
        try (Store store = Store.open(path)) {
            long most = 0;
            for (int i = 0; i < PUTS; i++) {
                store.put(Samples.key(i), Samples.value(i, 55));
                if (i % 100 == 0) {
                    most = Math.max(most, store.stats().logFrames());
                }
            }
            long left = store.stats().logFrames();
            long began = System.nanoTime();
            Await.until(() -> store.stats().logFrames() == 0);
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertTrue(most > 0);
            assertEquals(store.latestTxn(), store.stats().checkpointTxn());
            System.out.printf(
                    "%,d puts: at most %,d log frames, %,d left idle, 0 after %,d ms; file %,d KiB%n",
                    PUTS, most, left, millis, store.stats().fileBytes() >> 10);
        }
        try (Store store = Store.open(path)) {
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }
}
