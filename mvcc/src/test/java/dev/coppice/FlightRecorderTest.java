package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each event of the flight recorder is written when what it tells of happens, with its fields. */
class FlightRecorderTest {
    private static final ColumnFamily DEFAULT = ColumnFamily.DEFAULT;

    @TempDir Path directory;
    private final AtomicLong now = new AtomicLong(1_000);

    @Test
    void eventsTellWhatHappened() throws Exception {
        StoreConfig config =
                StoreConfig.defaults()
                        .withMaintenance(MaintenanceMode.MANUAL)
                        .withBusyTimeoutMillis(0)
                        .withSnapshotPolicy(new SnapshotPolicy(SnapshotPolicy.Action.EVICT, 100, 0))
                        .withClock(() -> Instant.ofEpochMilli(now.get()));
        Path file = directory.resolve("events.jfr");
        long txn;
        long checkpointed;
        try (Recording recording = new Recording();
                Store store = Store.open(directory.resolve("watched"), config)) {
            for (String name :
                    List.of(
                            "Commit",
                            "Checkpoint",
                            "Growth",
                            "WriterWait",
                            "SnapshotStall",
                            "Purge")) {
                recording.enable("dev.coppice." + name).withThreshold(Duration.ZERO);
            }
            recording.start();
            try (WriteTransaction open = store.begin()) {
                open.put(DEFAULT, 1L, new byte[2 << 20]);
                open.put(DEFAULT, 2L, new byte[10], Lifetime.until(1_500));
                Crew crew = new Crew(0);
                crew.once(
                        Thread.ofPlatform(), () -> assertThrows(BusyException.class, store::begin));
                crew.join();
                txn = open.commit();
            }
            try (Snapshot _ = store.snapshot()) {
                now.set(2_000);
                store.doWork();
            }
            store.purgeExpired();
            checkpointed = store.latestTxn();
            store.checkpoint();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        RecordedEvent commit = first(events, "Commit");
        assertEquals("watched", commit.getString("store"));
        assertEquals(txn, commit.getLong("txn"));
        assertFalse(commit.getBoolean("waitsForMedium"));
        assertTrue(
                events.stream()
                        .filter(event -> isNamed(event, "Growth") && event.getBoolean("succeeded"))
                        .anyMatch(event -> grownBytes(event) >= 2 << 20));
        assertFalse(first(events, "WriterWait").getBoolean("succeeded"));
        RecordedEvent stall = first(events, "SnapshotStall");
        assertEquals(txn, stall.getLong("txn"));
        assertEquals(Duration.ofSeconds(1), stall.getDuration("age"));
        assertTrue(stall.getBoolean("evicted"));
        RecordedEvent purge = first(events, "Purge");
        assertEquals("default", purge.getString("family"));
        assertEquals(1, purge.getLong("entries"));
        RecordedEvent checkpoint = first(events, "Checkpoint");
        assertEquals(checkpointed, checkpoint.getLong("txn"));
        assertTrue(checkpoint.getLong("pages") > 0);
        assertTrue(checkpoint.getBoolean("succeeded"));
        assertTrue(checkpoint.getDuration().toNanos() > 0);
    }

    /** A program that does everything before it records, whose recorder is not set up by that. */
    private static final String RECORDS_LATE =
            """
            import dev.coppice.ColumnFamily;
            import dev.coppice.Store;
            import dev.coppice.WriteTransaction;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.time.Duration;
            import jdk.jfr.FlightRecorder;
            import jdk.jfr.Recording;
            import jdk.jfr.consumer.RecordingFile;

            public class Example {
                public static void main(String[] args) throws Exception {
                    try (Store store = Store.open(Path.of(args[0]))) {
                        commit(store);
                        store.checkpoint();
                        store.purgeExpired();
                        store.vacuum(0);
                        System.out.println(FlightRecorder.isInitialized());
                        try (Recording recording = new Recording()) {
                            recording.enable("dev.coppice.Commit").withThreshold(Duration.ZERO);
                            recording.start();
                            commit(store);
                            recording.stop();
                            Path file = Path.of(args[0] + ".jfr");
                            recording.dump(file);
                            RecordingFile.readAllEvents(file)
                                    .stream()
                                    .map(event -> event.getEventType().getName())
                                    .filter(name -> name.endsWith("Commit"))
                                    .forEach(System.out::println);
                        }
                    }
                }

                private static void commit(Store store) {
                    try (WriteTransaction txn = store.begin()) {
                        txn.put(ColumnFamily.DEFAULT, 1L, new byte[4 << 20]);
                        txn.commit();
                    }
                }
            }
            """;

    @Test
    void theRecorderIsNotSetUpByAStoreAndMayBeSetUpLater() throws Exception {
        ExampleProgram program = new ExampleProgram(directory, RECORDS_LATE);
        assertEquals(List.of("false", "dev.coppice.Commit"), program.run("late").lines().toList());
    }

    private static long grownBytes(RecordedEvent growth) {
        return growth.getLong("bytesAfter") - growth.getLong("bytesBefore");
    }

    private static boolean isNamed(RecordedEvent event, String name) {
        return event.getEventType().getName().equals("dev.coppice." + name);
    }

    private static RecordedEvent first(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> isNamed(event, name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no event " + name));
    }
}
