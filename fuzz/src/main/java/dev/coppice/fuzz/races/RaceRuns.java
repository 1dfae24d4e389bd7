package dev.coppice.fuzz.races;

import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The suite {@code races}: two threads that meet at one point, in every order that the memory model
 * allows, and then millions of times under jcstress, with every outcome named. A scenario is one
 * meeting in all orders, or one race in one way of compiling and placing it.
 */
public final class RaceRuns implements Suite {
    private static final Pattern RESULTS =
            Pattern.compile(
                    "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs,"
                            + " (\\d+) hard errs");
    private static final int CONFIGURATIONS = 70;
    private static final String GROUPS = "groups";
    private static final long GROUP_ROUNDS = 500;
    private static final long MIN_MILLIS_EACH = 50;

    @Override
    public String name() {
        return "races";
    }

    @Override
    public String purpose() {
        return "readers against the writer under jcstress, every outcome named";
    }

    @Override
    public void run(Run run)
            throws IOException, InterruptedException, ReflectiveOperationException {
        boolean isOrder = false;
        for (Orders.Meeting meeting : Orders.meetings()) {
            if (run.wants(meeting.name()) && !run.isOver()) {
                explore(run, meeting);
            }
            isOrder |= meeting.name().equals(run.budget().only());
        }
        if (run.wants(GROUPS)) {
            commitInGroups(run);
        }
        if (!isOrder && !GROUPS.equals(run.budget().only()) && !run.isOver()) {
            runRaces(run);
        }
    }

    /** A third of the time there is, or all of it where nothing else is asked for. */
    private static void commitInGroups(Run run) throws InterruptedException {
        long share = run.budget().only() == null ? 3 : 1;
        long seconds = run.budget().seconds() / share;
        long rounds = seconds == 0 ? GROUP_ROUNDS : Long.MAX_VALUE;
        for (long i = 0; i < rounds && !run.isOver(); i++) {
            if (seconds > 0 && run.elapsedMillis() >= seconds * 1000) {
                return;
            }
            long seed = run.seed() + i;
            try {
                new GroupCommits(run, seed).round();
            } catch (RuntimeException | AssertionError e) {
                String repeat = "races --only " + GROUPS + " --seed " + seed;
                run.fail(new Failure(GROUPS + " seed " + seed, repeat, List.of(), e));
            }
            run.scenarios(1, GROUPS + " seed " + seed);
        }
    }

    private static void explore(Run run, Orders.Meeting meeting)
            throws ReflectiveOperationException {
        try {
            run.add("states of orders", new Orders().explore(meeting));
        } catch (AssertionError e) {
            String repeat = "races --only " + meeting.name();
            run.fail(new Failure(meeting.name(), repeat, List.of(), e));
        }
        run.scenarios(1, meeting.name());
    }

    private void runRaces(Run run) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("coppice-races");
        Process process =
                new ProcessBuilder(command(run, directory))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        List<String> bad = new ArrayList<>();
        long done = 0;
        long failed = 0;
        long errors = 0;
        long timeouts = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                Matcher results = RESULTS.matcher(line);
                if (results.find()) {
                    long now = number(results, 2) + number(results, 3) + number(results, 5);
                    run.scenarios(now - done, "");
                    done = now;
                    failed = number(results, 3);
                    errors = number(results, 5);
                } else if (line.contains("Timeout waiting for tasks")) {
                    timeouts++;
                } else if (line.contains("FORBIDDEN") && !line.contains(" 0.00%  FORBIDDEN")) {
                    bad.add(line.strip());
                }
            }
        }
        process.waitFor();
        run.set("not finished in time", timeouts);
        // A machine that is busy with other things makes a race time out, which says nothing.
        if (failed > 0 || errors > timeouts || done == 0) {
            String repeat = "races" + (run.budget().only() == null ? "" : " --only " + only(run));
            AssertionError error =
                    new AssertionError(failed + " failed and " + errors + " broke of " + done);
            run.fail(new Failure(only(run), repeat, bad, error));
        }
    }

    private static String only(Run run) {
        return run.budget().only() == null ? "dev.coppice" : run.budget().only();
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }

    private static List<String> command(Run run, Path directory) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("org.openjdk.jcstress.Main");
        command.addAll(List.of("-t", ".*" + only(run) + ".*", "-r", directory.toString()));
        if (run.budget().seconds() == 0) {
            command.addAll(List.of("-m", "default"));
        } else {
            long each = run.budget().seconds() * 1000 / CONFIGURATIONS;
            command.addAll(List.of("-m", "sanity", "-iters", "1"));
            command.addAll(List.of("-time", Long.toString(Math.max(MIN_MILLIS_EACH, each))));
        }
        return command;
    }
}
