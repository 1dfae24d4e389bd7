package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vacuum: of a store with holes, with a budget, and beside a reader. */
final class VacuumCommandTest {
    private static final int ENTRIES = 20_000;

    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void storeWithHoles() {
        file = directory.resolve("s.coppice");
        try (Store store = Store.open(file)) {
            try (WriteTransaction txn = store.begin()) {
                for (long i = 0; i < ENTRIES; i++) {
                    txn.put(ColumnFamily.DEFAULT, i, new byte[300]);
                }
                txn.commit();
            }
            try (WriteTransaction txn = store.begin()) {
                for (long i = 0; i < ENTRIES; i++) {
                    if (i % 10 != 0) {
                        txn.delete(ColumnFamily.DEFAULT, i);
                    }
                }
                txn.commit();
            }
        }
    }

    @Test
    void fileBecomesSmaller() throws IOException {
        long before = Files.size(file);
        Run run = Run.of("vacuum", file.toString());
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(
                run.out().matches("[\\d,]+ pages written, .* MiB cut off, file .* (K|M)iB\n"),
                run.out());
        assertTrue(Files.size(file) < before / 4, run.out());
        assertEquals(ExitCode.OK, Run.of("check", file.toString()).code());
        assertEquals(ENTRIES / 10 + "\n", Run.of("count", file.toString()).out());
    }

    @Test
    void budgetIsKept() throws IOException {
        long before = Files.size(file);
        Run run = Run.of("vacuum", file.toString(), "--pages", "20", "--json");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(run.out().contains("\"rest\":\"BUDGET\""), run.out());
        assertTrue(Files.size(file) < before);
        assertEquals(ExitCode.USAGE, Run.of("vacuum", file.toString(), "--pages", "-1").code());
        assertEquals(ExitCode.USAGE, Run.of("vacuum", file + "-none").code());
    }

    @Test
    void openStoreIsRefused() {
        try (Store store = Store.open(file, StoreConfig.defaults());
                Snapshot snapshot = store.snapshot()) {
            assertEquals(ExitCode.BUSY, Run.of("vacuum", file.toString()).code());
            store.vacuum(0);
            assertEquals(ENTRIES / 10, snapshot.count());
        }
    }
}
