package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A check beside those who use the store. */
class StoreCheckTest {
    private static final StoreConfig CONFIG =
            StoreConfig.defaults()
                    .withPageBytes(512)
                    .withMaintenance(MaintenanceMode.MANUAL)
                    .withBackgroundCheckpoints(false);

    private static void put(Store store, int entries, int version) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < entries; i++) {
                txn.put(Samples.key(i), Samples.value(i + version, 60));
            }
            txn.commit();
        }
    }

    /**
     * The check pins its root; a checkpoint to that same root superseded the free-space image of
     * the last one all the same, its pages were used again, and the check took them for damaged.
     */
    @Test
    void checkpointDuringACheckMayGiveTheImageAway() {
        try (Store store = Store.inMemory(CONFIG)) {
            put(store, 2_000, 0);
            store.checkpoint();
            put(store, 500, 1);
            int[] checkpoints = {0};
            Progress disturbs =
                    (_, _) -> {
                        if (checkpoints[0]++ == 0) {
                            assertTrue(store.checkpoint());
                            for (int version = 2; version < 8; version++) {
                                put(store, 2_000, version);
                                assertTrue(store.checkpoint());
                            }
                        }
                    };
            assertEquals(List.of(), store.check(disturbs).problems());
            assertTrue(checkpoints[0] > 1);
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }
    }
}
