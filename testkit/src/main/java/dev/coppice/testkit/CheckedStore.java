package dev.coppice.testkit;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.Verify;
import dev.coppice.error.StoreClosedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The store of one test: {@link #close} fails the test when the integrity check finds a problem, a
 * page was leaked, or a snapshot, reader or write transaction was left open.
 *
 * {@snippet :
 * try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK)) {
 *     new Bank(checked.store()).transfer(1, 2, 30);
 *     new Bank(checked.reopen()).requireBalanced();
 * }
 * }
 *
 * <p>The same for JUnit is {@link dev.coppice.testkit.junit.StoreExtension}, for jqwik {@link
 * dev.coppice.testkit.jqwik.StoreHook}. A {@link dev.coppice.Reader} that is parked and a {@link
 * dev.coppice.Writer} between transactions keep nothing and are not looked for; a transaction of a
 * thread that has ended is rolled back by the store itself, with a warning.
 *
 * <p>Thread safety: one thread; the store itself is for any.
 */
public final class CheckedStore implements AutoCloseable {
    /** Largest size of the data file in {@link #smallPages}: 8 MiB. */
    public static final long MAX_BYTES = 8L << 20;

    private static final int RANDOM_LOSSES = 8;

    private final StoreConfig config;
    private final Place place;
    private Store store;
    private boolean isClosed;

    private CheckedStore(Place place, StoreConfig config) {
        this.place = place;
        this.config = config;
        this.store = place.open(config);
    }

    /**
     * {@return a configuration for tests: pages of 512 bytes, so that few entries make a high tree,
     * each checksum compared at each read, 8 MiB at most, and no wait for what was left open}
     */
    public static StoreConfig smallPages() {
        return StoreConfig.defaults()
                .withPageBytes(512)
                .withVerify(Verify.ALWAYS)
                .withMaxBytes(MAX_BYTES)
                .withBusyTimeoutMillis(1000)
                .withCloseTimeoutMillis(0);
    }

    /** Opens a new store with {@link #smallPages}. */
    public static CheckedStore open(Medium medium) {
        return open(medium, smallPages());
    }

    /**
     * Opens a new store.
     *
     * @param config of this and every later opening; {@link StoreConfig#maxBytes} is also the size
     *     of a simulated disk, so that much memory is reserved
     */
    public static CheckedStore open(Medium medium, StoreConfig config) {
        return switch (medium) {
            case MEMORY -> new CheckedStore(new Place.InMemory(), config);
            case FILE -> new CheckedStore(Place.InDirectory.create(), config);
            case SIMULATED_DISK -> on(new SimulatedDisk(config.maxBytes()), config);
        };
    }

    /** Opens the store in a file of the caller's. */
    public static CheckedStore on(Path file, StoreConfig config) {
        return new CheckedStore(new Place.InFile(file), config);
    }

    /** Opens the store on a disk, which {@link #close} discards. */
    public static CheckedStore on(SimulatedDisk disk, StoreConfig config) {
        return new CheckedStore(new Place.OnDisk(disk), config);
    }

    /** {@return the store, open unless the test has closed it; another one after each reopening} */
    public Store store() {
        return store;
    }

    /** {@return where the store lies on disk after a failure; empty where it does not} */
    public String location() {
        return place.description();
    }

    /**
     * {@return the disk of the store; another one after each reopening}
     *
     * @throws IllegalStateException when it lies on something else
     */
    public SimulatedDisk disk() {
        return onDisk().disk();
    }

    private Place.OnDisk onDisk() {
        if (place instanceof Place.OnDisk onDisk) {
            return onDisk;
        }
        throw new IllegalStateException("the store is not on a simulated disk");
    }

    /**
     * Closes the store and opens it again, with the checks of {@link #close}.
     *
     * @return the store
     * @throws AssertionError when something is wrong
     */
    public Store reopen() {
        requireClean(endProcess());
        store = place.open(config);
        return store;
    }

    // ---- crashes

    /**
     * Kills the process and opens the store again: the system lives on, and with it everything that
     * was committed. Handles of the process before are of no use any more and need no closing.
     *
     * @return the store
     * @throws IllegalStateException when the store is not on a simulated disk
     */
    public Store kill() {
        return recover(disk().kill());
    }

    /**
     * Cuts the power and opens the store again: what was durable is there.
     *
     * @param choice which of the ways in which that can end, modulo how many there are
     * @return the store
     * @throws IllegalStateException when the store is not on a simulated disk
     */
    public Store losePower(int choice) {
        return recover(afterPowerLoss(disk(), disk().steps(), choice));
    }

    private static SimulatedDisk afterPowerLoss(SimulatedDisk disk, long seed, int choice) {
        List<PowerLoss> losses = disk.powerLossVariants(RANDOM_LOSSES, seed);
        return disk.powerLoss(losses.get(Math.floorMod(choice, losses.size())));
    }

    private Store recover(SimulatedDisk image) {
        onDisk().crashed(image);
        store = place.open(config);
        return store;
    }

    /**
     * Runs a piece of a program and crashes it on its way, then opens the store again. From the
     * crash on nothing that the piece does reaches the disk, and whatever it throws is that of a
     * dead process.
     *
     * @param crash when and how; its steps count from here on, and {@link Crash#before} is not
     *     looked at
     * @return whether it came so far; if not, the piece has run to its end and the process goes on
     * @throws Exception what the piece throws without having been crashed
     * @throws IllegalStateException when the store is not on a simulated disk
     */
    public boolean crash(Crash crash, StoreWork work) throws Exception {
        SimulatedDisk running = disk();
        long last = running.steps() + crash.step();
        boolean[] isDead = {false};
        running.onStep((_, number, _) -> {
            if (number == last) {
                isDead[0] = true;
                throw new SimulatedCrash(crash.toString());
            }
        });
        try {
            work.run(store);
        } catch (Exception | Error e) {
            if (!isDead[0]) {
                throw e;
            }
        } finally {
            running.onStep((_, _, _) -> {});
        }
        if (isDead[0]) {
            recover(
                    crash.cutsPower()
                            ? afterPowerLoss(running, crash.step(), crash.choice())
                            : running.kill());
        }
        return isDead[0];
    }

    // ---- the end

    /**
     * Checks and closes the store; does nothing the second time. A store that the test has closed
     * is opened again for the check, unless it was in memory.
     *
     * @throws AssertionError naming everything that is wrong; a file is then kept, and named
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        List<String> found = new ArrayList<>();
        try {
            found.addAll(endProcess());
        } finally {
            place.leave(!found.isEmpty());
        }
        requireClean(found);
    }

    private List<String> endProcess() {
        Defects defects = new Defects();
        if (place instanceof Place.OnDisk onDisk) {
            onDisk.disk().heal();
        }
        if (isClosedByTest() && !(place instanceof Place.InMemory)) {
            store = place.open(config);
        }
        if (!isClosedByTest()) {
            defects.look(store);
            defects.close(store);
        }
        return defects.found();
    }

    private boolean isClosedByTest() {
        try {
            store.latestTxn();
            return false;
        } catch (StoreClosedException e) {
            return true;
        }
    }

    private void requireClean(List<String> found) {
        if (!found.isEmpty()) {
            String where = location().isEmpty() ? "" : "; the store is kept: " + location();
            throw new AssertionError(String.join(System.lineSeparator(), found) + where);
        }
    }
}
