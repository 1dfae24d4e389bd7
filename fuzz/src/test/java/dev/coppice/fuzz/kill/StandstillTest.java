package dev.coppice.fuzz.kill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreClosedException;
import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is not dead and does not go on, where others need what it holds. */
final class StandstillTest {
    /** The flushes of a creation are over by then. */
    private static final int SYNCS = 20;

    @TempDir Path directory;

    /** It takes as long as the end of a store waits. */
    @Test
    @Tag("slow")
    void storeClosesBesideAProcessThatStandsStillInACheckpoint() throws Exception {
        Path path = directory.resolve("store");
        StoreConfig config = KilledProcess.config(SyncLevel.NORMAL);
        byte[] key = "beside".getBytes(UTF_8);
        Process process = stopped(path);
        try {
            Store store = Store.open(path, config);
            store.put(key, key);
            assertThrows(BusyException.class, store::close);
            assertThrows(StoreClosedException.class, () -> store.get(key));
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (Store store = Store.open(path, config)) {
            assertArrayEquals(key, store.get(key));
        }
    }

    /** {@return a process that stands still in a flush of a checkpoint} */
    private static Process stopped(Path path) throws Exception {
        Process process =
                new ProcessBuilder(
                                KilledProcess.command(
                                        KilledProcess.class,
                                        path.toString(),
                                        SyncLevel.NORMAL.name(),
                                        "0",
                                        "SYNC_BEGIN",
                                        Integer.toString(SYNCS)))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        BufferedReader out = process.inputReader(UTF_8);
        String line = out.readLine();
        while (line != null && !line.startsWith("at ")) {
            line = out.readLine();
        }
        assertEquals("at SYNC_BEGIN", line);
        return process;
    }
}
