package dev.coppice.testkit;

import dev.coppice.StoreConfig;
import org.jspecify.annotations.Nullable;

/**
 * Runs a piece of a program once on a {@link SimulatedDisk} and crashes it at every step of the
 * disk on the way: the images that the crashes leave are opened one by one, and an oracle says
 * whether the program may find its store like that.
 *
 * {@snippet :
 * List<String> acknowledged = new ArrayList<>();
 * CrashTrial.of(store -> {
 *             OrderBook book = new OrderBook(store);
 *             acknowledged.add(book.place("buy 100 at 7"));
 *             acknowledged.add(book.place("buy 50 at 8"));
 *         })
 *         .forEveryStep((recovered, crash) -> {
 *             if (crash.keepsEveryCommit()) {
 *                 assertTrue(new OrderBook(recovered).orders().containsAll(acknowledged));
 *             }
 *         });
 * }
 *
 * <p>The oracle is called while the piece is inside a call of the store, so that whatever the piece
 * has noted before that call is what was known when the process ended. Besides what the oracle
 * asks, each image must hold the newest commit that it had to keep, be clean under {@link
 * dev.coppice.Store#check}, and have no handle left open.
 *
 * <p>The store has no thread of its own here, as {@link dev.coppice.Store#on} says: checkpoints are
 * made by the piece, or by {@link dev.coppice.Store#doWork}. The first crashes come before the
 * program has made anything: the oracle sees empty stores too, without any column family of its.
 *
 * <p>Thread safety: immutable.
 */
public final class CrashTrial {
    private final StoreWork work;
    private final StoreConfig config;
    private final int lossesPerStep;
    private final int recoveryOneIn;
    private final @Nullable String only;

    private CrashTrial(
            StoreWork work,
            StoreConfig config,
            int lossesPerStep,
            int recoveryOneIn,
            @Nullable String only) {
        this.work = work;
        this.config = config;
        this.lossesPerStep = lossesPerStep;
        this.recoveryOneIn = recoveryOneIn;
        this.only = only;
    }

    /**
     * {@return a trial of a piece of a program, which begins with a new store}
     *
     * <p>With {@link CheckedStore#smallPages} and a disk of 4 MiB, at each step a kill and 4 losses
     * of power, and after each 8th of these one more crash at each step of the recovery.
     */
    public static CrashTrial of(StoreWork work) {
        return new CrashTrial(work, CheckedStore.smallPages().withMaxBytes(4L << 20), 4, 8, null);
    }

    /**
     * {@return the same with another configuration}
     *
     * @param newConfig its {@link StoreConfig#maxBytes} is the size of the disk: so much memory is
     *     reserved, and copied in part for each image
     */
    public CrashTrial config(StoreConfig newConfig) {
        return new CrashTrial(work, newConfig, lossesPerStep, recoveryOneIn, only);
    }

    /** {@return the same with another number of power losses at each step, 0 or more} */
    public CrashTrial powerLosses(int perStep) {
        if (perStep < 0) {
            throw new IllegalArgumentException("power losses: perStep=" + perStep + ", min=0");
        }
        return new CrashTrial(work, config, perStep, recoveryOneIn, only);
    }

    /** {@return the same with recovery crashed after every so many images; 0 for never} */
    public CrashTrial recoveries(int oneIn) {
        if (oneIn < 0) {
            throw new IllegalArgumentException("recoveries: oneIn=" + oneIn + ", min=0");
        }
        return new CrashTrial(work, config, lossesPerStep, oneIn, only);
    }

    /** {@return the same with nothing but one crash, as a failure has named it} */
    public CrashTrial only(String crash) {
        return new CrashTrial(work, config, lossesPerStep, recoveryOneIn, crash);
    }

    /**
     * How much was tried.
     *
     * @param steps of the disk while the piece ran, opening and closing included
     * @param images that were opened
     * @param recoveryImages those of them that came from a crash during recovery
     */
    public record Report(long steps, long images, long recoveryImages) {}

    /**
     * Runs the piece, with a crash at every step.
     *
     * @throws AssertionError at the first image that is not right; it names the crash and how to
     *     repeat it. So does {@link CheckedStore#close} of the piece itself
     * @throws Exception what the piece throws
     */
    public Report forEveryStep(CrashOracle oracle) throws Exception {
        CrashExplorer explorer =
                new CrashExplorer(config, lossesPerStep, recoveryOneIn, only, oracle);
        SimulatedDisk disk = new SimulatedDisk(config.maxBytes());
        disk.onStep(explorer);
        try (CheckedStore running = CheckedStore.on(disk, config)) {
            explorer.watch(running.store());
            work.run(running.store());
            explorer.ending();
        }
        explorer.requireNoFailure();
        return explorer.report();
    }
}
