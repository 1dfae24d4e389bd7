package dev.coppice.fuzz.kill;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that reads a store of the {@link Sequence} beside the one that writes it: it takes
 * snapshots, holds some of them for a while, and looks through everything in them when it takes
 * them and before it lets them go, until it is killed. Writers die and follow each other meanwhile.
 *
 * <p>Arguments: path, sync level, seed.
 */
final class ReadingProcess {
    /** What it says when the store is open; after so many snapshots it says how many there were. */
    static final String OPEN = "open";

    static final int SNAPSHOTS_PER_LINE = 10;

    private static final int MAX_HELD = 4;
    private static final long PAUSE_NANOS = 20_000_000;

    private ReadingProcess() {}

    private record Held(Snapshot snapshot, long number) {}

    public static void main(String[] arguments) {
        KilledProcess.endWithParent();
        StoreConfig config =
                KilledProcess.config(SyncLevel.valueOf(arguments[1])).withReadOnly(true);
        Path path = Path.of(arguments[0]);
        try (Store store = KilledProcess.patiently(() -> Store.open(path, config))) {
            KilledProcess.say(OPEN);
            read(store, new Random(Long.parseLong(arguments[2])));
        } catch (RuntimeException | Error e) {
            KilledProcess.say("problem in a reading process: " + e);
            throw e;
        }
    }

    private static void read(Store store, Random random) {
        Deque<Held> held = new ArrayDeque<>();
        long newest = -1;
        for (long count = 1; ; count++) {
            Snapshot snapshot = store.snapshot();
            long number = Sequence.verify(snapshot);
            if (number < newest) {
                throw new AssertionError("went back from " + newest + " to " + number);
            }
            newest = number;
            held.add(new Held(snapshot, number));
            if (held.size() > random.nextInt(MAX_HELD)) {
                letGo(random.nextBoolean() ? held.removeFirst() : held.removeLast());
            }
            if (count % SNAPSHOTS_PER_LINE == 0) {
                KilledProcess.say(Long.toString(count));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void letGo(Held held) {
        long number = Sequence.verify(held.snapshot());
        if (number != held.number()) {
            throw new AssertionError("a snapshot of commit " + held.number() + " shows " + number);
        }
        held.snapshot().close();
    }
}
