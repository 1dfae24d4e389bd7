package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a store that takes no new work any more: who is waited for, and what ends in which
 * order.
 *
 * <p>Thread safety: used once, by the thread that closes the store.
 */
final class Closing {
    private final Engine engine;
    private final StoreConfig config;
    private final OpenPins pins;
    private final Handles handles;
    private final WriteWatch writes;
    private final Duties duties;
    private final Durability durability;
    private final @Nullable Maintenance maintenance;

    Closing(
            Engine engine,
            StoreConfig config,
            OpenPins pins,
            Handles handles,
            WriteWatch writes,
            Duties duties,
            Durability durability,
            @Nullable Maintenance maintenance) {
        this.engine = engine;
        this.config = config;
        this.pins = pins;
        this.handles = handles;
        this.writes = writes;
        this.duties = duties;
        this.durability = durability;
        this.maintenance = maintenance;
    }

    /** A listener that closes the store runs on the thread that is to end. */
    void run() {
        boolean wereClosed = awaitSnapshots();
        if (maintenance != null) {
            maintenance.stop();
        }
        duties.stop();
        engine.refuse();
        awaitForgottenWrite();
        try {
            engine.close(wereClosed);
        } catch (BusyException e) {
            // No flush failed: others are left with the newest commits.
            throw e;
        } catch (StoreException e) {
            duties.flushFailed(e);
            throw e;
        } finally {
            durability.close();
            duties.close();
        }
    }

    /** The engine waits for a running transaction, which somebody has to be able to end. */
    private void awaitForgottenWrite() {
        while (writes.isOpen() && writes.release() == 0) {
            Uninterrupted.run(() -> Thread.sleep(1));
        }
    }

    /** {@return whether nobody had to be cut short} */
    private boolean awaitSnapshots() {
        long deadline =
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(config.closeTimeoutMillis());
        while (pins.count() > 0 && System.nanoTime() - deadline < 0) {
            handles.releaseForgotten();
            Uninterrupted.run(() -> Thread.sleep(1));
        }
        boolean wereClosed = pins.count() == 0;
        pins.closeAll();
        return wereClosed;
    }
}
