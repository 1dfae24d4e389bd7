package dev.coppice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** list, clear, set-if-absent, del of a range, and the other names of stat. */
final class FamiliarCommandsTest {
    @TempDir private Path directory;
    private String file;

    @BeforeEach
    void putSome() {
        file = directory.resolve("s.coppice").toString();
        for (String key : new String[] {"EURCHF", "EURUSD", "GBPUSD", "USDJPY"}) {
            run("put", file, key, "1");
        }
        run("put", file, "--cf", "fx", "k", "v");
    }

    private static String run(String... args) {
        Run run = Run.of(args);
        assertEquals(ExitCode.OK, run.code(), run.err());
        return run.out();
    }

    @Test
    void listPrintsKeysOnly() {
        assertEquals("EURCHF\nEURUSD\nGBPUSD\nUSDJPY\n", run("list", file));
        assertEquals("EURCHF\nEURUSD\n", run("list", file, "--prefix", "EUR"));
        assertEquals("USDJPY\nGBPUSD\n", run("list", file, "--reverse", "--limit", "2"));
        assertEquals("{\"key\":\"k\"}\n", run("list", file, "--cf", "fx", "--json"));
        assertEquals("6b\n", run("list", file, "--cf", "fx", "--hex"));
        assertEquals(ExitCode.NEGATIVE, Run.of("list", file, "--cf", "nobody").code());
        assertEquals(ExitCode.USAGE, Run.of("list", file, "--limit", "-1").code());
    }

    @Test
    void rangesAreDeleted() {
        assertEquals("removed 2 entries\n", run("del", file, "--prefix", "EUR"));
        assertEquals("removed 0 entries\n", run("del", file, "--prefix", "EUR"));
        assertEquals("{\"removed\":1}\n", run("del", file, "--from", "G", "--to", "H", "--json"));
        assertEquals("USDJPY\n", run("list", file));
        assertEquals("{\"removed\":1}\n", run("del", file, "USDJPY", "--json"));
        Run absent = Run.of("del", file, "USDJPY", "--json");
        assertEquals(ExitCode.NEGATIVE, absent.code());
        assertEquals("{\"removed\":0}\n", absent.out());
        assertEquals(ExitCode.USAGE, Run.of("del", file).code());
        assertEquals(ExitCode.USAGE, Run.of("del", file, "a", "--prefix", "b").code());
        assertEquals("k\n", run("list", file, "--cf", "fx"));
    }

    @Test
    void clearLeavesTheFamilyAndAllOthers() {
        assertEquals("removed 4 entries\n", run("clear", file));
        assertEquals("{\"cf\":\"fx\",\"removed\":1}\n", run("clear", file, "--cf", "fx", "--json"));
        assertEquals("default\t0\nfx\t0\n", run("cf", "list", file));
        assertEquals(ExitCode.NEGATIVE, Run.of("clear", file, "--cf", "nobody").code());
    }

    @Test
    void setIfAbsentStoresOnce() {
        assertEquals("yes\n", run("set-if-absent", file, "job", "me", "--ttl", "1h"));
        Run second = Run.of("set-if-absent", file, "job", "you");
        assertEquals(ExitCode.NEGATIVE, second.code());
        assertEquals("no\n", second.out());
        assertEquals("me\n", run("get", file, "job"));
        assertTrue(Long.parseLong(run("ttl", file, "job").strip()) <= 3_600_000);
        run("put", file, "gone", "x", "--expires-at", "1");
        assertEquals(
                "{\"key\":\"gone\",\"stored\":true}\n",
                run("set-if-absent", file, "gone", "back", "--json"));
        assertEquals("never\n", run("ttl", file, "gone"));
        String other = directory.resolve("new.coppice").toString();
        assertEquals("yes\n", run("set-if-absent", other, "--cf", "locks", "job", "me"));
    }

    @Test
    void statHasTheNamesThatOthersGiveIt() {
        assertEquals(run("stat", file), run("info", file));
        assertEquals(run("stat", file, "--json"), run("stats", file, "--json"));
        assertTrue(Run.of("help", "info").out().contains("coppice stat"));
    }
}
