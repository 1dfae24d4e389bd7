package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another process that has a store open. Told to hold, it says so and waits; told a sync level, it
 * commits, and prints the number of each commit after it was acknowledged.
 */
final class StoreChild implements AutoCloseable {
    /** Keys that the commits go round in. */
    static final int KEYS = 500;

    private final Process process;
    private final BufferedReader output;

    private StoreChild(Process process) {
        this.process = process;
        this.output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static StoreChild start(String what, Path path) throws IOException {
        return start(what, path, 0);
    }

    /** Starts a child whose first commit has the number {@code first}. */
    static StoreChild start(String what, Path path, long first) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new StoreChild(
                new ProcessBuilder(
                                java.toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-ea",
                                "-cp",
                                System.getProperty("java.class.path"),
                                StoreChild.class.getName(),
                                what,
                                path.toString(),
                                Long.toString(first))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    long pid() {
        return process.pid();
    }

    /** {@return the next line it prints, or null when it has ended} */
    String line() throws IOException {
        return output.readLine();
    }

    /** Kills it, and returns the lines it had printed and nobody read yet. */
    List<String> kill() throws IOException {
        // Process.destroyForcibly would close its output, too.
        assertTrue(process.toHandle().destroyForcibly());
        process.onExit().join();
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
        }
        return lines;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] arguments) throws IOException {
        FileOutputStream bare = new FileOutputStream(FileDescriptor.out);
        PrintStream out = new PrintStream(bare, true, StandardCharsets.UTF_8);
        Path path = Path.of(arguments[1]);
        if (arguments[0].equals("hold")) {
            try (Store store = Store.open(path)) {
                out.println("open");
                int end = System.in.read();
                out.println("end " + end + " at " + store.latestTxn());
            }
            return;
        }
        SyncLevel level = SyncLevel.valueOf(arguments[0]);
        StoreConfig config = config(level);
        try (Store store = Store.open(path, config)) {
            for (long number = Long.parseLong(arguments[2]); ; number++) {
                commit(store, number);
                // In one piece, so that no line is ever cut.
                bare.write((number + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    static StoreConfig config(SyncLevel level) {
        return StoreConfig.defaults()
                .withPageBytes(1024)
                .withSyncLevel(level)
                .withCheckpointBytes(1 << 16)
                .withCheckpointIntervalMillis(10);
    }

    /** Commit {@code number} of the sequence: an entry that tells it, and the number itself. */
    static void commit(Store store, long number) {
        try (WriteTransaction txn = store.begin()) {
            put(txn::put, number);
            txn.commit();
        }
    }

    /** {@return what the store holds after commit {@code number} of the sequence} */
    static Model modelAt(long number) {
        Model model = new Model();
        for (long i = Math.max(0, number - KEYS + 1); i <= number; i++) {
            put(model.of(ColumnFamily.DEFAULT)::put, i);
        }
        return model;
    }

    /** Where a commit of the sequence puts its entries. */
    interface Target {
        void put(byte[] key, byte[] value);
    }

    /** What a commit of the sequence stores. */
    static void put(Target target, long number) {
        int valueBytes = (int) (number % 7 == 0 ? 3000 : number % 200);
        target.put(Samples.key(number % KEYS), Samples.value(number, valueBytes));
        target.put(Samples.text("number"), Samples.text(Long.toString(number)));
    }
}
