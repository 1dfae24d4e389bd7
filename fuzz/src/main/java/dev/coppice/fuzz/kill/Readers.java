package dev.coppice.fuzz.kill;

import dev.coppice.SyncLevel;
import dev.coppice.fuzz.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The processes that read one store while others write it and are killed. They are killed too, now
 * and then.
 *
 * <p>Thread safety: one thread.
 */
final class Readers {
    private static final int MAX_AT_A_TIME = 2;
    private static final int KILLED_ONE_IN = 4;

    private final Path store;
    private final SyncLevel level;
    private final List<Peer> peers = new ArrayList<>();
    private int started;

    private record Peer(Process process, Path output) {}

    Readers(Path store, SyncLevel level) {
        this.store = store;
        this.level = level;
    }

    /** Starts one more at times. Requires: the store was created. */
    void maybeStart(Random random) throws IOException {
        if (peers.size() < MAX_AT_A_TIME && random.nextInt(3) == 0) {
            Path output = Path.of(store + "-reader-" + started++);
            List<String> command =
                    KilledProcess.command(
                            ReadingProcess.class,
                            store.toString(),
                            level.name(),
                            Long.toString(random.nextLong()));
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .redirectOutput(output.toFile())
                            .start();
            peers.add(new Peer(process, output));
        }
    }

    /** Kills one at times. */
    void maybeKill(Run run, Random random) throws IOException, InterruptedException {
        if (!peers.isEmpty() && random.nextInt(KILLED_ONE_IN) == 0) {
            kill(run, peers.remove(random.nextInt(peers.size())));
        }
    }

    /** Kills all. */
    void killAll(Run run) throws IOException, InterruptedException {
        while (!peers.isEmpty()) {
            kill(run, peers.removeLast());
        }
    }

    /** Kills all and asks them nothing: something was found wrong already. */
    void abandon() throws IOException, InterruptedException {
        for (Peer peer : peers) {
            peer.process().destroyForcibly().waitFor();
        }
        for (int i = 0; i < started; i++) {
            Files.deleteIfExists(Path.of(store + "-reader-" + i));
        }
        peers.clear();
    }

    /** Throws where one of them has found something wrong, or has ended. */
    void check() throws IOException {
        for (Peer peer : peers) {
            requireNoProblem(peer);
            if (!peer.process().isAlive()) {
                requireNoProblem(peer);
                throw new AssertionError("a reading process has ended");
            }
        }
    }

    private static void kill(Run run, Peer peer) throws IOException, InterruptedException {
        boolean wasAlive = peer.process().isAlive();
        peer.process().destroyForcibly().waitFor();
        List<String> lines = requireNoProblem(peer);
        Files.delete(peer.output());
        if (!wasAlive) {
            throw new AssertionError("a reading process has ended");
        }
        if (lines.contains(ReadingProcess.OPEN)) {
            run.add("reading processes killed", 1);
            run.add("snapshots in them", (lines.size() - 1L) * ReadingProcess.SNAPSHOTS_PER_LINE);
        } else {
            run.add("reading processes killed while they opened", 1);
        }
    }

    private static List<String> requireNoProblem(Peer peer) throws IOException {
        List<String> lines = Files.readAllLines(peer.output());
        for (String line : lines) {
            if (line.startsWith("problem")) {
                throw new AssertionError(line);
            }
        }
        return lines;
    }
}
