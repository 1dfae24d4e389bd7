package dev.coppice.testkit;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes images of a disk at each of its steps, opens each and asks an oracle about it.
 *
 * <p>Thread safety: the disk's monitor, as for every hook.
 */
final class CrashExplorer implements StepHook {
    private static final int RANDOM_LOSSES = 8;

    private final StoreConfig config;
    private final int lossesPerStep;
    private final int recoveryOneIn;
    private final @Nullable String only;
    private final CrashOracle oracle;
    private @Nullable Store running;
    private Promise promise = new Promise(0, 0);
    private @Nullable AssertionError failure;
    private long steps;
    private long images;
    private long recoveryImages;

    /**
     * What the store has said.
     *
     * @param newest id of the newest commit that readers have seen
     * @param durable id of the newest one that it called durable
     */
    private record Promise(long newest, long durable) {}

    CrashExplorer(
            StoreConfig config,
            int lossesPerStep,
            int recoveryOneIn,
            @Nullable String only,
            CrashOracle oracle) {
        this.config = config;
        this.lossesPerStep = lossesPerStep;
        this.recoveryOneIn = recoveryOneIn;
        this.only = only;
        this.oracle = oracle;
    }

    /** From here on the promises of a store count. */
    void watch(Store store) {
        running = store;
        learn();
    }

    /** The store is about to be closed, and says no more. */
    void ending() {
        learn();
        running = null;
    }

    private void learn() {
        if (running != null) {
            promise = new Promise(running.latestTxn(), running.durableTxn());
        }
    }

    void requireNoFailure() {
        if (failure != null) {
            throw failure;
        }
        if (only != null && images == 0) {
            throw new AssertionError("there is no such crash: " + only);
        }
    }

    CrashTrial.Report report() {
        return new CrashTrial.Report(steps, images, recoveryImages);
    }

    // ---- crashes

    @Override
    public void at(SimulatedDisk disk, long number, Step step) {
        steps = number;
        if (failure != null) {
            return;
        }
        learn();
        explore(disk, number, step, lossesPerStep, null);
    }

    private void explore(
            SimulatedDisk disk, long number, Step step, int mostLosses, @Nullable Crash before) {
        Crash kill = crash(number, false, 0, before);
        if (isWanted(kill)) {
            look(disk.kill(), kill);
        }
        // Nobody flushes the live file: what a store to it adds to a power loss is seldom news.
        int most = step == Step.LIVE_STORED ? Math.min(1, mostLosses) : mostLosses;
        List<PowerLoss> losses = disk.powerLossSample(RANDOM_LOSSES, number, most, false);
        for (int choice = 0; choice < losses.size(); choice++) {
            Crash loss = crash(number, true, choice, before);
            if (isWanted(loss)) {
                look(disk.powerLoss(losses.get(choice)), loss);
            }
        }
    }

    private static Crash crash(long step, boolean cutsPower, int choice, @Nullable Crash before) {
        return new Crash(step, cutsPower, choice, before);
    }

    private boolean isWanted(Crash crash) {
        return failure == null && (only == null || isOn(crash.toString(), only));
    }

    /** {@return whether a crash is the wanted one, or the first part of it} */
    private static boolean isOn(String crash, String wanted) {
        return wanted.equals(crash) || wanted.startsWith(crash + ", then ");
    }

    // ---- images

    private void look(SimulatedDisk image, Crash crash) {
        boolean isAgain = crash.before() == null && isCrashedAgain(crash);
        SimulatedDisk copy = isAgain ? image.kill() : null;
        if (only == null || only.equals(crash.toString())) {
            open(image, crash);
        } else {
            image.discard();
        }
        if (copy != null) {
            crashAgain(copy, crash);
        }
    }

    private void open(SimulatedDisk image, Crash crash) {
        images++;
        recoveryImages += crash.before() == null ? 0 : 1;
        try (CheckedStore recovered = CheckedStore.on(image, config)) {
            requirePromised(recovered.store(), crash);
            oracle.check(recovered.store(), crash);
        } catch (Exception | Error e) {
            fail(crash, e);
        }
    }

    private boolean isCrashedAgain(Crash crash) {
        if (only != null) {
            return !only.equals(crash.toString());
        }
        return recoveryOneIn > 0 && images % recoveryOneIn == 0;
    }

    /** Opens the store, and crashes that at each of its steps. */
    private void crashAgain(SimulatedDisk image, Crash first) {
        image.onStep((disk, number, step) -> explore(disk, number, step, 1, first));
        try {
            if (failure == null) {
                Store.on(image, config).close();
            }
        } catch (RuntimeException | Error e) {
            fail(first, e);
        } finally {
            image.discard();
        }
    }

    private void requirePromised(Store recovered, Crash crash) {
        long least = crash.keepsEveryCommit() ? promise.newest() : promise.durable();
        if (recovered.latestTxn() < least) {
            throw new AssertionError(
                    "the store lost a commit: it opened at transaction "
                            + recovered.latestTxn()
                            + ", promised was "
                            + least);
        }
    }

    private void fail(Crash crash, Throwable cause) {
        if (failure == null) {
            failure =
                    new AssertionError(
                            "after "
                                    + crash
                                    + ": "
                                    + cause.getMessage()
                                    + System.lineSeparator()
                                    + "to repeat it alone: .only(\""
                                    + crash
                                    + "\")",
                            cause);
        }
    }
}
