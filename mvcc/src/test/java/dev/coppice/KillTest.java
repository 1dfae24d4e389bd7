package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: what a killed process had acknowledged is there, at every sync level, and nothing else but
 * at most the commit after it.
 *
 * <p>Method: children commit one numbered change after the other and print each number once it is
 * acknowledged; they are killed at random, and the store is opened and compared.
 */
class KillTest {
    @TempDir Path directory;

    /** {@return what the store holds after commit {@code number} of the sequence} */
    static Model modelAt(long number) {
        Model model = new Model();
        for (long i = Math.max(0, number - StoreChild.KEYS + 1); i <= number; i++) {
            StoreChild.put(model.of(ColumnFamily.DEFAULT)::put, i);
        }
        return model;
    }

    /** {@return the number of the last commit in the store, which holds exactly that} */
    private static long verify(Path path, StoreConfig config) {
        try (Store store = Store.open(path, config)) {
            return verify(store);
        }
    }

    private static long verify(Store store) {
        byte[] found = store.get(Samples.text("number"));
        long number = found == null ? -1 : Long.parseLong(new String(found, Model.UTF_8));
        if (number >= 0) {
            modelAt(number).verify(store);
        }
        return number;
    }

    private static long acknowledged(StoreChild child, SyncLevel level, Random random, long before)
            throws IOException {
        long acknowledged = before;
        int lines = random.nextInt(level == SyncLevel.FULL ? 40 : 400);
        for (int i = 0; i < lines; i++) {
            acknowledged = Long.parseLong(child.line());
        }
        List<String> rest = child.kill();
        return rest.isEmpty() ? acknowledged : Long.parseLong(rest.getLast());
    }

    private void kill(int rounds, long seed) throws IOException {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (SyncLevel level : SyncLevel.values()) {
            Path path = directory.resolve("store of " + level);
            long last = -1;
            for (int round = 0; round < rounds; round++) {
                long acknowledged;
                try (StoreChild child = StoreChild.start(level.name(), path, last + 1)) {
                    acknowledged = acknowledged(child, level, random, last);
                }
                last = verify(path, StoreChild.config(level));
                long found = last;
                assertTrue(
                        found == acknowledged || found == acknowledged + 1,
                        () -> level + ": acknowledged " + acknowledged + ", found " + found);
            }
        }
    }

    @Test
    void acknowledgedCommitsSurviveKills() throws IOException {
        kill(7, System.nanoTime());
    }

    @Test
    @Tag("slow")
    void acknowledgedCommitsSurviveManyKills() throws IOException {
        kill(67, System.nanoTime());
    }

    @Test
    void killedStoreWithoutItsLiveFileOpensAtItsLastDurableCommit() throws IOException {
        Random random = new Random(5);
        for (SyncLevel level : SyncLevel.values()) {
            Path path = directory.resolve("store of " + level);
            for (int round = 0; round < 2; round++) {
                long acknowledged;
                Files.deleteIfExists(path);
                Files.deleteIfExists(directory.resolve("store of " + level + "-live"));
                try (StoreChild child = StoreChild.start(level.name(), path)) {
                    acknowledged = acknowledged(child, level, random, -1);
                }
                Files.delete(directory.resolve("store of " + level + "-live"));
                long found = verify(path, StoreChild.config(level));
                assertTrue(found <= acknowledged + 1);
                assertTrue(found >= acknowledged || level != SyncLevel.FULL);
                try (Store store = Store.open(path, StoreChild.config(level))) {
                    StoreChild.commit(store, found + 1);
                }
                verify(path, StoreChild.config(level));
            }
        }
    }
}
