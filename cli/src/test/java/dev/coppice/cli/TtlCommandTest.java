package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Expiry;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** put --ttl and --expires-at, ttl, purge, and what the others make of expired entries. */
final class TtlCommandTest {
    private static final String FAR = "7258118400000";

    @TempDir private Path directory;

    private String file;

    @BeforeEach
    void putSome() {
        file = directory.resolve("s.coppice").toString();
        run("put", file, "for-ever", "a");
        run("put", file, "far", "b", "--expires-at", FAR);
        run("put", file, "gone", "c", "--expires-at", "1");
        run("put", file, "gone-too", "c", "--ttl", "0s");
        run("put", file, "hour", "d", "--ttl", "1h");
    }

    private static String run(String... args) {
        Run run = Run.of(args);
        assertEquals(ExitCode.OK, run.code(), run.err());
        return run.out();
    }

    @Test
    void ttlTellsWhatRemains() {
        assertEquals("never\n", run("ttl", file, "for-ever"));
        long remaining = Long.parseLong(run("ttl", file, "hour").strip());
        assertTrue(remaining > 0 && remaining <= 3_600_000, () -> "" + remaining);
        assertEquals(
                "{\"key\":\"for-ever\",\"expires\":false}\n",
                run("ttl", file, "for-ever", "--json"));
        String json = run("ttl", file, "far", "--json");
        assertTrue(json.startsWith("{\"key\":\"far\",\"expires\":true,\"expiresAt\":" + FAR), json);
        assertTrue(json.contains("\"remainingMillis\":"), json);
        assertEquals(ExitCode.NEGATIVE, Run.of("ttl", file, "gone").code());
        assertEquals(ExitCode.NEGATIVE, Run.of("ttl", file, "nobody").code());
    }

    @Test
    void expiredEntriesAreHidden() {
        assertEquals(ExitCode.NEGATIVE, Run.of("get", file, "gone").code());
        assertEquals(ExitCode.NEGATIVE, Run.of("exists", file, "gone").code());
        assertEquals("far\tb\texpires=" + FAR + "\nfor-ever\ta\n", run("scan", file, "--to", "g"));
        assertEquals(3, run("scan", file, "--reverse").lines().count());
        assertEquals("5\n", run("count", file));
        assertEquals("3\n", run("count", file, "--live"));
    }

    @Test
    void getShowsTheDeadlineInJson() {
        String json = run("get", file, "far", "--json");
        assertTrue(json.startsWith("{\"key\":\"far\",\"value\":\"b\",\"expiresAt\":" + FAR), json);
        assertEquals("b\n", run("get", file, "far"));
    }

    @Test
    void purgeRemovesExpiredEntries() {
        assertEquals("purged 1 entry\n", run("purge", file, "--limit", "1"));
        assertEquals("{\"purged\":1}\n", run("purge", file, "--json", "--cf", "default"));
        assertEquals("3\n", run("count", file));
        assertEquals(ExitCode.NEGATIVE, Run.of("purge", file, "--cf", "nobody").code());
        assertEquals(ExitCode.USAGE, Run.of("purge", file, "--limit", "0").code());
    }

    @Test
    void dumpAndLoadCarryDeadlines() {
        for (String format : new String[] {"--utf8", "--json"}) {
            String text = directory.resolve("text" + format).toString();
            String copy = directory.resolve("copy" + format).toString();
            String[] dump = {"dump", file, text, "--all", format};
            String[] load = {"load", copy, text, "--all", format};
            run(dump);
            run(load);
            run(load);
            try (Store store = Store.open(Path.of(copy));
                    Snapshot snapshot = store.snapshot()) {
                assertEquals(3, snapshot.count(ColumnFamily.DEFAULT));
                assertEquals(new Expiry.Never(), expiry(snapshot, "for-ever"));
                assertEquals(
                        Long.parseLong(FAR),
                        expiry(snapshot, "far") instanceof Expiry.At at ? at.deadlineMillis() : 0);
            }
        }
    }

    private static Expiry expiry(Snapshot snapshot, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return snapshot.expiry(ColumnFamily.DEFAULT, bytes);
    }

    @Test
    void loadPutsBelowKeysThatHaveExpired() {
        run("put", file, "zzz", "last", "--expires-at", "1");
        Path text = directory.resolve("more.tsv");
        assertEquals(0, Run.of("dump", file, text.toString()).code());
        run("load", file, text.toString());
        assertEquals("6\n", run("count", file));
    }

    @Test
    void timesThatAreNoneAreRefused() {
        for (String[] option :
                new String[][] {
                    {"--ttl", "soon"},
                    {"--ttl", "5"},
                    {"--ttl", "-PT5S"},
                    {"--expires-at", "-1"},
                    {"--expires-at", "tomorrow"},
                    {"--expires-at", "99999999999999999999"}
                }) {
            Run run = Run.of("put", file, "k", "v", option[0], option[1]);
            assertEquals(ExitCode.USAGE, run.code(), String.join(" ", option));
            assertTrue(run.err().contains(option[0]), run.err());
        }
        Run both = Run.of("put", file, "k", "v", "--ttl", "5s", "--expires-at", "7");
        assertEquals(ExitCode.USAGE, both.code());
        assertEquals(ExitCode.NEGATIVE, Run.of("get", file, "k").code());
    }
}
