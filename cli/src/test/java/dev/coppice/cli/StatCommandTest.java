package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.MaintenanceMode;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.StoreMetric;
import dev.coppice.WriteTransaction;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** stat and sync: of a store at rest, beside its readers, and of what its process shows. */
final class StatCommandTest {
    @TempDir private Path directory;
    private Path file;
    private Path counters;

    @BeforeEach
    void paths() {
        file = directory.resolve("s.coppice");
        counters = directory.resolve("s.coppice-counters");
    }

    private StoreConfig config() {
        return StoreConfig.defaults()
                .withMaintenance(MaintenanceMode.MANUAL)
                .withCountersFile(counters);
    }

    @Test
    void readersAndTheLogAreShown() {
        assertEquals(ExitCode.OK, Run.of("put", file.toString(), "a", "1").code());
        Run text = Run.of("stat", file.toString());
        assertTrue(text.out().contains("\nlog          0 frames; pinned by snapshots 0 pages\n"));
        assertTrue(text.out().contains("\nreaders      0, the oldest 0.0 s old\n"), text.out());
        Run json = Run.of("stat", file.toString(), "--json");
        assertTrue(
                json.out().contains("\"pinnedPages\":0,\"logFrames\":0,\"readers\":0,"),
                json.out());
    }

    @Test
    void liveShowsWhatTheProcessCountsWithoutTheStore() {
        try (Store store = Store.open(file, config())) {
            store.put("key", "value");
            store.get("key");
            store.doWork();
            Run text = Run.of("stat", "--live", file.toString());
            assertEquals(ExitCode.OK, text.code(), text.err());
            long process = ProcessHandle.current().pid();
            assertTrue(text.out().contains("\nprocess      " + process + "\n"), text.out());
            assertTrue(text.out().contains("\nputs                 1\n"), text.out());
            assertTrue(text.out().contains("\nbytes.written        8 B\n"), text.out());
            Run json = Run.of("stat", "--live", "--json", counters.toString());
            assertTrue(json.out().contains("\"closedMillis\":0,"), json.out());
            assertTrue(json.out().contains("\"puts\":1,\"gets\":1,\"deletes\":0,"), json.out());
            store.put("key", "value");
        }
        Run closed = Run.of("stat", "--live", file.toString());
        assertTrue(closed.out().contains("which has closed the store\n"), closed.out());
        assertTrue(closed.out().contains("\nputs                 2\n"), closed.out());
    }

    @Test
    void agronaReadsTypesLabelsAndValues() throws IOException {
        try (Store store = Store.open(file, config());
                Snapshot _ = store.snapshot()) {
            try (WriteTransaction txn = store.begin()) {
                txn.put(ColumnFamily.DEFAULT, 1L, new byte[100]);
                txn.commit();
            }
            store.doWork();
            Map<Integer, String> labels = new HashMap<>();
            Map<String, Long> values = new HashMap<>();
            try (FileChannel channel = FileChannel.open(counters, StandardOpenOption.READ)) {
                MappedByteBuffer map =
                        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                int count = StoreMetric.values().length;
                CountersReader reader =
                        new CountersReader(
                                new UnsafeBuffer(map, 128, count * CountersReader.METADATA_LENGTH),
                                new UnsafeBuffer(
                                        map,
                                        128 + count * CountersReader.METADATA_LENGTH,
                                        count * CountersReader.COUNTER_LENGTH),
                                StandardCharsets.US_ASCII);
                reader.forEach((id, typeId, _, label) -> {
                    labels.put(typeId, label);
                    values.put(label, reader.getCounterValue(id));
                    assertEquals(CountersReader.RECORD_ALLOCATED, reader.getCounterState(id));
                    assertEquals(
                            CountersReader.NOT_FREE_TO_REUSE, reader.getFreeForReuseDeadline(id));
                });
            }
            assertEquals(StoreMetric.values().length, labels.size());
            Arrays.stream(StoreMetric.values())
                    .forEach(metric -> assertEquals(metric.label(), labels.get(metric.id())));
            assertEquals(1, values.get("puts"));
            assertEquals(108, values.get("bytes.written"));
            assertEquals(1, values.get("snapshots"));
            assertEquals(store.stats().pages(), values.get("pages"));
            assertEquals(store.latestTxn(), values.get("txn.latest"));
        }
    }

    @Test
    void countersReplaceOlderOnesAndNothingElse() throws IOException {
        Store.open(file, config()).close();
        Store.open(file, config()).close();
        Files.writeString(counters, "something of value");
        assertThrows(StoreIoException.class, () -> Store.open(file, config()));
        assertEquals("something of value", Files.readString(counters));
        Run run = Run.of("stat", "--live", file.toString());
        assertEquals(ExitCode.USAGE, run.code());
        Files.delete(counters);
        assertEquals(ExitCode.USAGE, Run.of("stat", "--live", file.toString()).code());
        assertEquals(ExitCode.OK, Run.of("stat", file.toString()).code());
    }

    @Test
    void syncSaysUpToWhichCommit() {
        assertEquals(ExitCode.OK, Run.of("put", file.toString(), "a", "1").code());
        Run run = Run.of("sync", file.toString());
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(run.out().matches("on the medium up to commit \\d+\\.\\d+\n"), run.out());
        assertTrue(
                Run.of("sync", file.toString(), "--json")
                        .out()
                        .matches("\\{\"durableTxn\":\\d+}\n"));
    }
}
