package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.BusyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Another process that works on a store of {@link Sums}, command by command: one line in, one line
 * out.
 */
final class PeerProcess implements AutoCloseable {
    /** Where what expires is. */
    static final ColumnFamily EXPIRING = ColumnFamily.of("expiring");

    static final byte[] EXPIRING_KEY = Samples.text("key");

    private static final int MAX_HELD = 6;

    private final Process process;
    private final BufferedReader output;
    private final PrintStream input;

    private PeerProcess(Process process) {
        this.process = process;
        this.output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /**
     * Starts a process.
     *
     * @param role "read", "write" or "full"
     */
    static PeerProcess start(String role, Path path, long seed) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new PeerProcess(
                new ProcessBuilder(
                                java.toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx128m",
                                "-ea",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PeerProcess.class.getName(),
                                role,
                                path.toString(),
                                Long.toString(seed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** Starts a process and waits until it has the store open. */
    static PeerProcess open(String role, Path path, long seed) throws IOException {
        PeerProcess peer = start(role, path, seed);
        assertEquals("open", peer.answer());
        return peer;
    }

    /** Has a command done; returns the answer. */
    String ask(String command) throws IOException {
        tell(command);
        return answer();
    }

    long number(String command) throws IOException {
        return Long.parseLong(ask(command));
    }

    void tell(String command) {
        input.println(command);
    }

    String answer() throws IOException {
        String line = anyAnswer();
        assertTrue(!line.startsWith("failed"), line);
        return line;
    }

    /** {@return what it has to say, be it how it failed} */
    String anyAnswer() throws IOException {
        String line = output.readLine();
        assertNotNull(line, "the process has ended");
        return line;
    }

    long pid() {
        return process.pid();
    }

    /** Kills it; returns the lines that it had printed and nobody read yet. */
    List<String> kill() throws IOException {
        // Process.destroyForcibly would close its output, too.
        assertTrue(process.toHandle().destroyForcibly());
        process.onExit().join();
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            assertTrue(!line.startsWith("failed"), line);
            lines.add(line);
        }
        return lines;
    }

    void signal(String name) throws IOException, InterruptedException {
        ProcessBuilder kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()));
        assertEquals(0, kill.inheritIO().start().waitFor());
    }

    /** Has it close the store and end. */
    void end() throws IOException {
        assertEquals("closed", ask("end"));
        process.onExit().join();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            new Worker(arguments, out).run();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            out.println("failed: " + e);
            if (!(e instanceof BusyException)) {
                e.printStackTrace();
            }
        }
    }

    /** The other side. */
    private static final class Worker {
        private final Path path;
        private final StoreConfig config;
        private final Random random;
        private final PrintStream out;
        private final Deque<Snapshot> held = new ArrayDeque<>();
        private Store store;
        private WriteTransaction open;

        Worker(String[] arguments, PrintStream out) {
            this.path = Path.of(arguments[1]);
            this.config =
                    switch (arguments[0]) {
                        case "read" -> Sums.readOnly();
                        case "full" -> Sums.config().withSyncLevel(SyncLevel.FULL);
                        default -> Sums.config();
                    };
            this.random = new Random(Long.parseLong(arguments[2]));
            this.out = out;
        }

        void run() throws IOException, InterruptedException {
            store = Store.open(path, config);
            out.println("open");
            BufferedReader commands =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                if (line.equals("end")) {
                    store.close();
                    out.println("closed");
                    return;
                }
                int space = line.indexOf(' ');
                long argument = space < 0 ? 0 : Long.parseLong(line.substring(space + 1));
                out.println(answer(space < 0 ? line : line.substring(0, space), argument));
            }
        }

        private long answer(String command, long argument) throws InterruptedException {
            return switch (command) {
                case "newest" -> Sums.verify(store);
                case "latestTxn" -> store.latestTxn();
                case "await" -> store.awaitChange(argument, 1, TimeUnit.MINUTES) ? 1 : 0;
                case "durableTxn" -> store.durableTxn();
                case "hold" -> hold();
                case "holdMany" -> holdMany(argument);
                case "retain" -> store.retain(Long.toString(argument));
                case "dropSnapshot" -> store.dropSnapshot(Long.toString(argument)) ? 1 : 0;
                case "named" -> named(argument);
                case "openNamed" -> openNamed(argument);
                case "verify" -> verifyHeld();
                case "drop" -> drop();
                case "commit" -> commit(argument);
                case "begin" -> begin(argument);
                case "rollback" -> rollback();
                case "checkpoint" -> store.checkpoint(CheckpointMode.PASSIVE).busy() ? 1 : 0;
                case "expire" -> expire(argument);
                case "expiry" -> expiry();
                case "pendingBytes" -> store.stats().pendingBytes();
                case "storm" -> storm(argument);
                case "commits" -> commitForever();
                case "reads" -> readForever();
                case "checkProblems" -> checkProblems();
                default -> throw new IllegalArgumentException(command);
            };
        }

        private long checkProblems() {
            CheckReport report = store.check(Progress.NONE);
            if (report.problemCount() > 0) {
                throw new IllegalStateException(report.problems().toString());
            }
            return 0;
        }

        private long hold() {
            held.add(store.snapshot());
            return Sums.verify(held.getLast());
        }

        private long holdMany(long count) {
            for (long i = 0; i < count; i++) {
                held.add(store.snapshot());
            }
            return Sums.verify(held.getLast());
        }

        private long verifyHeld() {
            long newest = 0;
            for (Snapshot snapshot : held) {
                newest = Sums.verify(snapshot);
            }
            return newest;
        }

        private long named(long name) {
            try (Snapshot snapshot = store.snapshot(Long.toString(name))) {
                return Sums.verify(snapshot);
            }
        }

        private long openNamed(long name) {
            held.add(store.snapshot(Long.toString(name)));
            return Sums.verify(held.getLast());
        }

        private long drop() {
            long count = held.size();
            held.forEach(Snapshot::close);
            held.clear();
            return count;
        }

        /** Begins a transaction that stores something, at a level; returns what it has seen. */
        private long begin(long isFull) {
            open = store.begin(isFull > 0 ? SyncLevel.FULL : SyncLevel.NORMAL);
            open.put(Samples.text("open"), Samples.value(1, 5000));
            return store.latestTxn();
        }

        private long rollback() {
            open.rollback();
            return store.latestTxn();
        }

        private long expire(long atMillis) {
            try (WriteTransaction txn = store.begin()) {
                txn.put(EXPIRING, EXPIRING_KEY, EXPIRING_KEY, Lifetime.until(atMillis));
                return txn.commit();
            }
        }

        /** {@return when the entry expires, 0 where it is not there, -1 where it never does} */
        private long expiry() {
            try (Snapshot snapshot = store.snapshot()) {
                return switch (snapshot.expiry(EXPIRING, EXPIRING_KEY)) {
                    case Expiry.Absent() -> 0;
                    case Expiry.Never() -> -1;
                    case Expiry.At(long deadline, long _) -> deadline;
                };
            }
        }

        private long commit(long count) {
            long number = 0;
            for (long i = 0; i < count; i++) {
                number = Sums.commit(store, random);
            }
            return number;
        }

        private long storm(long rounds) {
            long number = 0;
            for (long i = 0; i < rounds; i++) {
                store.close();
                store = Store.open(path, config);
                long seen = Sums.verify(store);
                if (seen < number) {
                    throw new IllegalStateException("went back from " + number + " to " + seen);
                }
                number = seen;
            }
            return number;
        }

        /** Prints the number of each commit once it is acknowledged. */
        private long commitForever() {
            while (true) {
                out.println(Sums.commit(store, random));
            }
        }

        /** Prints the number of every tenth newest commit; looks at older ones too. */
        private long readForever() {
            long newest = 0;
            long newestTxn = 0;
            for (int round = 1; ; round++) {
                long txn = store.latestTxn();
                Snapshot snapshot = store.snapshot();
                held.add(snapshot);
                long number = Sums.verify(snapshot);
                if (snapshot.txn() < txn || txn < newestTxn || number < newest) {
                    throw new IllegalStateException("went back behind " + newest + ": " + number);
                }
                newest = number;
                newestTxn = snapshot.txn();
                if (held.size() > random.nextInt(MAX_HELD)) {
                    Snapshot old = random.nextBoolean() ? held.removeFirst() : held.removeLast();
                    Sums.verify(old);
                    old.close();
                }
                if (round % 10 == 0) {
                    out.println(number);
                }
            }
        }
    }
}
