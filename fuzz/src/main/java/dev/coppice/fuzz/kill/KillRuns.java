package dev.coppice.fuzz.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.CheckReport;
import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.Contents;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The suite {@code kill}: a scenario is a process that commits, is killed at random or at a named
 * point beside others that read and are killed too, and whose store is then opened, compared and
 * checked. Each sync level has a store and a thread of its own, so that kills overlap.
 */
public final class KillRuns implements Suite {
    private static final long ENOUGH = 1000;
    private static final int ROUNDS_PER_STORE = 60;

    /** A point that is not reached by then is not reached at all, as a process may not grow. */
    private static final int MAX_LINES = 300;

    private static final int LIVE_LOST_ONE_IN = 12;
    private static final Step[] POINTS = {
        Step.WRITE,
        Step.STORED,
        Step.SYNC_BEGIN,
        Step.SYNC_END,
        Step.LIVE_STORED,
        Step.GROW,
        Step.CREATE
    };

    /** One store through many rounds. */
    private static final class Victim {
        private final Path path;
        private final SyncLevel level;
        private final Readers readers;
        private Contents contents = new Contents();
        private long number = -1;
        private boolean isLost;

        Victim(Path path, SyncLevel level) {
            this.path = path;
            this.level = level;
            this.readers = new Readers(path, level);
        }
    }

    @Override
    public String name() {
        return "kill";
    }

    @Override
    public String purpose() {
        return "processes killed while they commit, at random and at named points";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException, ExecutionException {
        Path directory = Files.createTempDirectory("coppice-kill");
        SyncLevel[] levels = SyncLevel.values();
        List<Future<?>> lanes = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(levels.length)) {
            for (int i = 0; i < levels.length; i++) {
                int lane = i;
                lanes.add(
                        executor.submit(() -> {
                            kill(run, directory, levels[lane], lane);
                            return null;
                        }));
            }
        }
        for (Future<?> lane : lanes) {
            lane.get();
        }
        Files.delete(directory);
    }

    /** Kills processes at one level: every so manieth round, from its first. */
    private static void kill(Run run, Path directory, SyncLevel level, int first)
            throws IOException, InterruptedException {
        int lanes = SyncLevel.values().length;
        Victim victim = null;
        for (long round = first; !isEnough(run, round) && !run.isOver(); round += lanes) {
            boolean isOld = round / lanes % ROUNDS_PER_STORE == 0;
            if (victim == null || isOld || victim.isLost) {
                delete(run, victim);
                victim = new Victim(directory.resolve(level + "-" + round), level);
            }
            round(run, victim, random(run.seed(), round), round);
        }
        delete(run, victim);
    }

    /** Seeds beside each other would begin with the same choices. */
    private static Random random(long seed, long round) {
        return new Random((seed * 1_000_003 + round) * 0x9E3779B97F4A7C15L);
    }

    private static boolean isEnough(Run run, long rounds) {
        return run.budget().seconds() == 0 && rounds >= ENOUGH;
    }

    private static void delete(Run run, Victim victim) throws IOException, InterruptedException {
        if (victim != null) {
            if (victim.isLost) {
                victim.readers.abandon();
            } else {
                victim.readers.killAll(run);
            }
            Files.deleteIfExists(victim.path);
            Files.deleteIfExists(Path.of(victim.path + "-live"));
            Files.deleteIfExists(Path.of(victim.path + "-creating"));
        }
    }

    private static void round(Run run, Victim victim, Random random, long round) {
        boolean isNamed = random.nextInt(2) == 0;
        String point = isNamed ? POINTS[random.nextInt(POINTS.length)].name() : "-";
        String what = victim.level + " round " + round + " point " + point;
        try {
            if (victim.number >= 0) {
                victim.readers.maybeStart(random);
            }
            long acknowledged = kill(victim, point, random);
            long before = victim.number;
            victim.readers.maybeKill(run, random);
            boolean isWithoutLive = random.nextInt(LIVE_LOST_ONE_IN) == 0;
            if (isWithoutLive) {
                victim.readers.killAll(run);
                Files.deleteIfExists(Path.of(victim.path + "-live"));
                run.add("live file lost", 1);
            }
            verify(victim, acknowledged, isWithoutLive);
            victim.readers.check();
            run.add("kills at " + (isNamed ? point : "random"), 1);
            run.add("kills under " + victim.level, 1);
            run.add("acknowledged", Math.max(0, acknowledged - before));
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            run.fail(new Failure(what, "kill --seed " + run.seed(), List.of(), e));
            // What is left of it proves nothing more.
            victim.isLost = true;
        }
        run.scenarios(1, what);
    }

    /** Lets a process commit and kills it; returns the last number that it acknowledged. */
    private static long kill(Victim victim, String point, Random random)
            throws IOException, InterruptedException {
        int skipped = random.nextInt(point.equals("STORED") ? 60 : 12);
        int lines = random.nextInt(victim.level == SyncLevel.FULL ? 40 : 300);
        Process process = start(victim, point, skipped);
        long acknowledged = victim.number;
        Store beside = null;
        boolean isNamed = !point.equals("-");
        try (BufferedReader out = process.inputReader(UTF_8)) {
            String line = null;
            for (int i = 0; i < lines || isNamed; i++) {
                line = out.readLine();
                if (line == null || !isNumber(line) || i >= MAX_LINES) {
                    break;
                }
                acknowledged = Long.parseLong(line);
                if (i == 3) {
                    beside = openBeside(victim, acknowledged);
                    if (!isNamed) {
                        beside.close();
                    }
                }
            }
            // Process.destroyForcibly would close its output, too.
            process.toHandle().destroyForcibly();
            process.waitFor();
            while (line != null) {
                if (line.startsWith("problem")) {
                    throw new AssertionError(line);
                }
                if (isNumber(line)) {
                    acknowledged = Long.parseLong(line);
                }
                line = out.readLine();
            }
            for (line = out.readLine(); line != null; line = out.readLine()) {
                acknowledged = isNumber(line) ? Long.parseLong(line) : acknowledged;
            }
        } finally {
            if (beside != null) {
                beside.close();
            }
        }
        return acknowledged;
    }

    private static boolean isNumber(String line) {
        return !line.isEmpty() && Character.isDigit(line.charAt(0));
    }

    /**
     * Another process that writes may come and go meanwhile. Beside one that stops at a named point
     * it goes when that is dead: it may stand still with a role that an end needs.
     */
    private static Store openBeside(Victim victim, long acknowledged) {
        StoreConfig config = KilledProcess.config(victim.level);
        Store store = KilledProcess.patiently(() -> Store.open(victim.path, config));
        try (Snapshot snapshot = store.snapshot()) {
            long number = Sequence.verify(snapshot);
            if (number < acknowledged) {
                throw new AssertionError("acknowledged " + acknowledged + ", found " + number);
            }
        }
        return store;
    }

    private static Process start(Victim victim, String point, int skipped) throws IOException {
        List<String> command =
                KilledProcess.command(
                        KilledProcess.class,
                        victim.path.toString(),
                        victim.level.name(),
                        Long.toString(victim.number + 1),
                        point,
                        Integer.toString(skipped));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /**
     * Opens the store, which holds what was acknowledged, or one commit more; without the live file
     * at least what was acknowledged as durable.
     */
    private static void verify(Victim victim, long acknowledged, boolean isWithoutLive) {
        StoreConfig config = KilledProcess.config(victim.level);
        try (Store store = KilledProcess.patiently(() -> Store.open(victim.path, config))) {
            byte[] text = store.get(Sequence.NUMBER);
            long found = text == null ? -1 : Long.parseLong(new String(text, UTF_8));
            boolean mayBeOlder = isWithoutLive && victim.level != SyncLevel.FULL;
            if (found > acknowledged + 1 || (found < acknowledged && !mayBeOlder)) {
                throw new AssertionError("acknowledged " + acknowledged + ", found " + found);
            }
            if (found < victim.number) {
                victim.contents = new Contents();
                victim.number = -1;
            }
            while (victim.number < found) {
                victim.number++;
                Sequence.apply(victim.contents, victim.number);
            }
            try (Snapshot snapshot = store.snapshot()) {
                compare(snapshot, victim.contents);
            }
            CheckReport report = store.check(Progress.NONE);
            if (!report.isClean()) {
                throw new AssertionError("check: " + report.problems());
            }
        }
    }

    private static void compare(Snapshot snapshot, Contents contents) {
        for (String name : contents.families()) {
            ColumnFamily family = ColumnFamily.of(name);
            try (Cursor cursor = snapshot.cursor(family)) {
                for (Map.Entry<byte[], byte[]> entry : contents.entries(name).entrySet()) {
                    if (!cursor.next()
                            || !Arrays.equals(cursor.key(), entry.getKey())
                            || !Arrays.equals(cursor.value(), entry.getValue())) {
                        throw new AssertionError("family " + name + " holds something else");
                    }
                }
                if (cursor.next()) {
                    throw new AssertionError("family " + name + " holds more");
                }
            }
        }
    }
}
