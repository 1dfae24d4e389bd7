package dev.coppice.fuzz.kill;

import dev.coppice.CheckReport;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.SyncLevel;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The suite {@code processes}: two processes write one store in turn and two read it; one of the
 * four after the other is killed and started again. At the end every acknowledged commit is there,
 * none was acknowledged twice, and for each killed process that wrote at most one is there that
 * nobody acknowledged.
 */
public final class ProcessRuns implements Suite {
    private static final int WRITERS = 2;
    private static final int READERS = 2;
    private static final long DEFAULT_SECONDS = 60;
    private static final int LONGEST_PAUSE_MILLIS = 500;
    private static final int KILLED_EARLY_ONE_IN = 8;

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public String purpose() {
        return "two processes write one store and two read it, and are killed";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("coppice-processes");
        Scene scene = new Scene(run, directory);
        try {
            scene.play();
        } catch (IOException | RuntimeException | AssertionError e) {
            run.fail(new Failure("processes", "processes --seed " + run.seed(), List.of(), e));
        } finally {
            scene.end();
        }
    }

    /** A process and where it prints. */
    private record Peer(Process process, Path output, boolean writes) {}

    /** One store and those who work on it. */
    private static final class Scene {
        private final Run run;
        private final Path directory;
        private final Path store;
        private final Random random;
        private final List<Peer> peers = new ArrayList<>();
        private final Set<Long> acknowledged = new HashSet<>();
        private int started;
        private long writersKilled;

        Scene(Run run, Path directory) {
            this.run = run;
            this.directory = directory;
            this.store = directory.resolve("store");
            this.random = new Random(run.seed());
        }

        void play() throws IOException, InterruptedException {
            for (int i = 0; i < WRITERS + READERS; i++) {
                peers.add(start(i < WRITERS));
                if (i == 0) {
                    awaitOpen(peers.getFirst());
                }
            }
            boolean hasLimit = run.budget().seconds() > 0 || run.budget().scenarios() > 0;
            while (hasLimit ? !run.isOver() : run.elapsedMillis() < DEFAULT_SECONDS * 1000) {
                int victim = random.nextInt(peers.size());
                Peer old = peers.get(victim);
                if (random.nextInt(KILLED_EARLY_ONE_IN) > 0) {
                    awaitOpen(old);
                }
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
                kill(old);
                peers.set(victim, start(old.writes()));
                run.scenario();
            }
            while (!peers.isEmpty()) {
                kill(peers.removeLast());
            }
            verify();
        }

        private Peer start(boolean writes) throws IOException {
            Path output = directory.resolve("output-" + started++);
            String seed = Long.toString(random.nextLong());
            List<String> command =
                    writes
                            ? KilledProcess.command(TurnProcess.class, store.toString(), seed)
                            : KilledProcess.command(
                                    ReadingProcess.class,
                                    store.toString(),
                                    SyncLevel.NORMAL.name(),
                                    seed);
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .redirectOutput(output.toFile())
                            .start();
            return new Peer(process, output, writes);
        }

        private static void awaitOpen(Peer peer) throws IOException, InterruptedException {
            while (Files.size(peer.output()) == 0 && peer.process().isAlive()) {
                Thread.sleep(10);
            }
        }

        private void kill(Peer peer) throws IOException, InterruptedException {
            boolean wasAlive = peer.process().isAlive();
            peer.process().destroyForcibly().waitFor();
            List<String> lines = Files.readAllLines(peer.output());
            Files.delete(peer.output());
            for (String line : lines) {
                if (line.startsWith("problem")) {
                    throw new AssertionError(line);
                }
            }
            if (!wasAlive) {
                throw new AssertionError("a process has ended by itself");
            }
            boolean wasOpen = lines.contains(ReadingProcess.OPEN);
            run.add(wasOpen ? "kills" : "kills while opening", 1);
            if (!peer.writes()) {
                run.add("snapshots", Math.max(0, lines.size() - 1) * 10L);
                return;
            }
            writersKilled++;
            for (String line : lines) {
                if (!line.equals(ReadingProcess.OPEN) && !acknowledged.add(Long.valueOf(line))) {
                    throw new AssertionError("commit " + line + " was acknowledged twice");
                }
            }
        }

        private void verify() {
            try (Store opened = Store.open(store, KilledProcess.config(SyncLevel.NORMAL));
                    Snapshot snapshot = opened.snapshot()) {
                long newest = Sequence.verify(snapshot);
                CheckReport report = opened.check(Progress.NONE);
                long lost = acknowledged.stream().filter(number -> number > newest).count();
                long unheard = newest + 1 - (acknowledged.size() - lost);
                run.set("commits", newest + 1);
                run.set("acknowledged", acknowledged.size());
                run.set("lost acknowledgements", lost);
                run.set("problems in the check", report.problemCount());
                if (lost > 0 || unheard > writersKilled || report.problemCount() > 0) {
                    throw new AssertionError(
                            "newest "
                                    + newest
                                    + ", unheard "
                                    + unheard
                                    + ", killed "
                                    + writersKilled
                                    + ", check "
                                    + report.problems());
                }
            }
        }

        void end() throws IOException, InterruptedException {
            for (Peer peer : peers) {
                peer.process().destroyForcibly().waitFor();
                Files.deleteIfExists(peer.output());
            }
            if (run.failureCount() == 0) {
                Files.deleteIfExists(store);
                Files.deleteIfExists(directory.resolve("store-live"));
                Files.deleteIfExists(directory);
            }
        }
    }
}
