package dev.coppice.fuzz.kill;

import dev.coppice.CheckpointMode;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that commits the {@link Sequence} in turn with others, at levels and with pauses as it
 * pleases, makes checkpoints now and then, and says the number of each commit once it is
 * acknowledged, until it is killed.
 *
 * <p>Arguments: path, seed.
 */
final class TurnProcess {
    private static final SyncLevel[] LEVELS = SyncLevel.values();
    private static final CheckpointMode[] MODES = CheckpointMode.values();

    private TurnProcess() {}

    public static void main(String[] arguments) {
        KilledProcess.endWithParent();
        Path path = Path.of(arguments[0]);
        Random random = new Random(Long.parseLong(arguments[1]));
        StoreConfig config = KilledProcess.config(SyncLevel.NORMAL).withBusyTimeoutMillis(120_000);
        try (Store store = KilledProcess.patiently(() -> Store.open(path, config))) {
            KilledProcess.say(ReadingProcess.OPEN);
            work(store, random);
        } catch (RuntimeException | Error e) {
            KilledProcess.say("problem in a process that writes: " + e);
            throw e;
        }
    }

    private static void work(Store store, Random random) {
        while (true) {
            int dice = random.nextInt(200);
            long number = commit(store, LEVELS[dice < 120 ? 1 : random.nextInt(LEVELS.length)]);
            KilledProcess.say(Long.toString(number));
            if (dice == 0) {
                store.checkpoint(MODES[random.nextInt(MODES.length)], 1, TimeUnit.MILLISECONDS);
            } else if (dice < 10) {
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
        }
    }

    private static long commit(Store store, SyncLevel level) {
        try (WriteTransaction txn = store.begin(level)) {
            long number = Sequence.number(txn) + 1;
            Sequence.write(txn, number);
            txn.commit();
            return number;
        }
    }
}
