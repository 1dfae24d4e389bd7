package dev.coppice.fuzz.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.error.BusyException;
import dev.coppice.storage.FileStorage;
import dev.coppice.testkit.Step;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A process that commits the {@link Sequence} and prints the number of each commit once it is
 * acknowledged, while threads of it read, until it is killed. Told a point, it stops there and says
 * so; checkpoints then run in a thread of its own.
 *
 * <p>Arguments: path, sync level, number of the first commit, point or "-", how many of that kind
 * to let pass.
 */
final class KilledProcess {
    private static final int READERS = 2;
    private static final long CHECKPOINT_PAUSE_NANOS = 5_000_000;

    /** Readers that never rest leave the writer no time on a machine with few processors. */
    private static final long READER_PAUSE_NANOS = 200_000;

    private static final long MAX_BYTES = 1L << 30;
    private static final long MAX_WAIT_NANOS = 120_000_000_000L;

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private KilledProcess() {}

    /** In one piece, so that no line is ever cut. */
    static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends this process when the one that started it has ended: nobody else would. */
    static void endWithParent() {
        Thread.ofPlatform()
                .daemon()
                .name("end-with-parent")
                .start(() -> {
                    try {
                        while (System.in.read() >= 0) {
                            // What it says does not matter.
                        }
                    } catch (IOException e) {
                        // It has ended, too.
                    }
                    Runtime.getRuntime().halt(1);
                });
    }

    /** {@return what starts a process that runs a class, as soon as can be} */
    static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-Xmx128m", "-XX:-UsePerfData", "-ea"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static StoreConfig config(SyncLevel level) {
        return StoreConfig.defaults()
                .withPageBytes(1024)
                .withSyncLevel(level)
                .withCheckpointBytes(1 << 16)
                .withCheckpointIntervalMillis(10);
    }

    public static void main(String[] arguments) {
        endWithParent();
        Path path = Path.of(arguments[0]);
        SyncLevel level = SyncLevel.valueOf(arguments[1]);
        long first = Long.parseLong(arguments[2]);
        String point = arguments[3];
        int skipped = Integer.parseInt(arguments[4]);
        try (Store store = patiently(() -> open(path, level, point, skipped))) {
            for (int i = 0; i < READERS; i++) {
                Thread.ofPlatform().daemon().start(() -> read(store));
            }
            if (!point.equals("-")) {
                Thread.ofPlatform().daemon().start(() -> checkpoint(store));
            }
            commit(store, level, first);
        } catch (RuntimeException | Error e) {
            say("problem: " + e);
            throw e;
        }
    }

    private static void commit(Store store, SyncLevel level, long first) {
        try {
            for (long number = first; ; number++) {
                Sequence.commit(store, level, number);
                say(Long.toString(number));
            }
        } catch (RuntimeException | Error e) {
            say("problem in the writer: " + e);
            throw e;
        }
    }

    /** Opens a store, which another process may be opening just now in order to read it. */
    static Store patiently(Supplier<Store> opening) {
        long deadline = System.nanoTime() + MAX_WAIT_NANOS;
        while (true) {
            try {
                return opening.get();
            } catch (BusyException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(CHECKPOINT_PAUSE_NANOS);
            }
        }
    }

    private static Store open(Path path, SyncLevel level, String point, int skipped) {
        if (point.equals("-")) {
            return Store.open(path, config(level));
        }
        FileStorage.Options options = new FileStorage.Options(true, false, MAX_BYTES, false);
        FileStorage files = FileStorage.open(path, options);
        return Store.on(new StoppingStorage(files, Step.valueOf(point), skipped), config(level));
    }

    private static void checkpoint(Store store) {
        while (true) {
            store.checkpoint();
            LockSupport.parkNanos(CHECKPOINT_PAUSE_NANOS);
        }
    }

    /** Every family holds the number of the commit that a snapshot shows. */
    private static void read(Store store) {
        try {
            while (true) {
                try (Snapshot snapshot = store.snapshot()) {
                    byte[] number = snapshot.get(Sequence.NUMBER);
                    for (String name : Sequence.FAMILIES) {
                        ColumnFamily family = ColumnFamily.of(name);
                        if (number != null
                                && !Arrays.equals(snapshot.get(family, Sequence.NUMBER), number)) {
                            say("problem: a snapshot shows two commits at once");
                        }
                    }
                }
                LockSupport.parkNanos(READER_PAUSE_NANOS);
            }
        } catch (RuntimeException | Error e) {
            say("problem in a reader: " + e);
        }
    }
}
