package dev.coppice.testkit.op;

import dev.coppice.CheckpointMode;
import dev.coppice.ColumnFamily;
import dev.coppice.KeyRange;
import dev.coppice.Lifetime;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.SyncLevel;
import dev.coppice.WriteHandle;
import dev.coppice.WriteTransaction;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.SimulatedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Does steps to a store, as {@link dev.coppice.testkit.model.StoreModel#apply} does them to a
 * model. For a layer of a program's own between the two, copy this and put the calls of that layer
 * in place of the store's.
 *
 * <p>{@link Op.PassTime} needs a store whose clock is a {@link SimulatedClock}, {@link Op.Reopen}
 * one that is not in memory, {@link Op.Kill} and {@link Op.LosePower} one on a simulated disk;
 * steps of cursors, and {@link Op.Compare}, are without effect. Where the disk is full the store's
 * exception comes through.
 *
 * <p>Thread safety: one thread.
 */
public final class StoreSteps implements AutoCloseable {
    private final CheckedStore checked;
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<WriteHandle.Savepoint> savepoints = new ArrayList<>();
    private @Nullable WriteTransaction running;

    /** Begins with a store as it is. */
    public StoreSteps(CheckedStore checked) {
        this.checked = checked;
    }

    private Store store() {
        return checked.store();
    }

    /** {@return the snapshots that are held, in the order in which they were taken} */
    public List<Snapshot> snapshots() {
        return List.copyOf(snapshots);
    }

    /** Rolls back the open transaction and closes the snapshots; the store stays open. */
    @Override
    public void close() {
        rollback();
        snapshots.forEach(Snapshot::close);
        snapshots.clear();
    }

    /** Does a step. */
    public void apply(Op op) {
        switch (op) {
            case Op.Begin begin -> begin(begin.level());
            case Op.Change change -> change(change);
            case Op.Commit _ -> commit();
            case Op.Abort _ -> rollback();
            case Op.Hold _ -> {
                if (snapshots.size() < Op.MAX_HELD) {
                    snapshots.add(store().snapshot());
                }
            }
            case Op.LetGo letGo -> {
                if (!snapshots.isEmpty()) {
                    snapshots.remove(letGo.snapshot() % snapshots.size()).close();
                }
            }
            case Op.Checkpoint checkpoint -> checkpoint(checkpoint.mode());
            case Op.Vacuum vacuum -> vacuum(vacuum.maxPages());
            case Op.PassTime time -> pass(time.millis());
            case Op.Sweep _ -> sweep();
            case Op.Check _ -> check();
            case Op.Reopen _ -> {
                close();
                checked.reopen();
            }
            case Op.Kill _ -> {
                die();
                checked.kill();
            }
            case Op.LosePower loss -> {
                die();
                checked.losePower(loss.seed());
            }
            case Op.Compare _, Op.OpenCursor _, Op.MoveCursor _, Op.CloseCursor _ -> {}
        }
    }

    private void checkpoint(@Nullable CheckpointMode mode) {
        if (mode == null) {
            store().checkpoint();
        } else {
            store().checkpoint(mode, 0, TimeUnit.MILLISECONDS);
        }
    }

    private void vacuum(int maxPages) {
        if (running == null) {
            store().vacuum(maxPages);
        }
    }

    private void pass(int millis) {
        if (!(store().config().clock() instanceof SimulatedClock clock)) {
            throw new IllegalStateException("the clock of the store is not a simulated one");
        }
        clock.pass(millis);
    }

    private void sweep() {
        if (running == null) {
            store().purgeExpired();
        }
    }

    /** What a process holds dies with it. */
    private void die() {
        running = null;
        savepoints.clear();
        snapshots.clear();
    }

    private void check() {
        // Inside a transaction it would wait for this very one.
        if (running == null) {
            var report = store().check(Progress.NONE);
            if (!report.isClean()) {
                throw new AssertionError("integrity check: " + report.problems());
            }
        }
    }

    // ---- transactions

    private WriteTransaction begin(SyncLevel level) {
        rollback();
        WriteTransaction txn = store().begin(level);
        running = txn;
        return txn;
    }

    private void commit() {
        if (running != null) {
            running.commit();
            rollback();
        }
    }

    private void rollback() {
        if (running != null) {
            running.close();
            running = null;
            savepoints.clear();
        }
    }

    private void change(Op.Change change) {
        WriteTransaction txn = running == null ? begin(store().config().syncLevel()) : running;
        switch (change) {
            case Op.Put put -> put(txn, put.family(), put.key(), put.value());
            case Op.Fill fill -> {
                for (int i = 0; i < fill.count(); i++) {
                    put(txn, fill.family(), fill.first() + i, fill.value() + i);
                }
            }
            case Op.PutExpiring put -> {
                txn.createFamilyIfMissing(ColumnFamily.of(put.family()));
                txn.put(
                        ColumnFamily.of(put.family()),
                        Keys.key(put.key()),
                        Keys.value(put.value()),
                        lifetime(put.ttlMillis()));
            }
            case Op.Touch touch -> {
                if (has(txn, touch.family())) {
                    Lifetime lifetime = lifetime(touch.ttlMillis());
                    txn.touch(ColumnFamily.of(touch.family()), Keys.key(touch.key()), lifetime);
                }
            }
            case Op.SetTtl ttl -> {
                if (has(txn, ttl.family())) {
                    Duration length = Duration.ofMillis(ttl.ttlMillis());
                    txn.defaultTtl(ColumnFamily.of(ttl.family()), length);
                }
            }
            case Op.Purge purge -> {
                if (has(txn, purge.family())) {
                    txn.purgeExpired(ColumnFamily.of(purge.family()), purge.maxEntries());
                }
            }
            case Op.Delete delete -> {
                if (has(txn, delete.family())) {
                    txn.delete(ColumnFamily.of(delete.family()), Keys.key(delete.key()));
                }
            }
            case Op.Update update -> {
                ColumnFamily family = ColumnFamily.of(update.family());
                txn.createFamilyIfMissing(family);
                update.apply(txn.atomic(family), txn.get(family, Keys.key(update.key())));
            }
            case Op.DeleteRange range -> {
                if (has(txn, range.family())) {
                    txn.deleteRange(
                            ColumnFamily.of(range.family()),
                            KeyRange.of(range.lower(), range.upper()));
                }
            }
            case Op.CreateFamily create ->
                    txn.createFamilyIfMissing(ColumnFamily.of(create.family()));
            case Op.DropFamily drop -> {
                if (!drop.family().equals(ColumnFamily.DEFAULT.name())) {
                    txn.dropFamily(ColumnFamily.of(drop.family()));
                }
            }
            case Op.Retain retain -> {
                txn.dropSnapshot(retain.name());
                txn.retain(retain.name());
            }
            case Op.DropSnapshot drop -> txn.dropSnapshot(drop.name());
            case Op.TakeSavepoint _ -> savepoints.add(txn.savepoint());
            case Op.RollBackTo back -> {
                if (!savepoints.isEmpty()) {
                    int which = back.savepoint() % savepoints.size();
                    txn.rollbackTo(savepoints.get(which));
                    savepoints.subList(which + 1, savepoints.size()).clear();
                }
            }
            case Op.ReleaseSavepoint gone -> {
                if (!savepoints.isEmpty()) {
                    int which = gone.savepoint() % savepoints.size();
                    txn.release(savepoints.get(which));
                    savepoints.subList(which, savepoints.size()).clear();
                }
            }
        }
    }

    private static Lifetime lifetime(int ttlMillis) {
        return ttlMillis == Op.FOREVER
                ? Lifetime.FOREVER
                : Lifetime.of(Duration.ofMillis(ttlMillis));
    }

    private static void put(WriteTransaction txn, String family, int key, int value) {
        txn.createFamilyIfMissing(ColumnFamily.of(family));
        txn.put(ColumnFamily.of(family), Keys.key(key), Keys.value(value));
    }

    private static boolean has(WriteTransaction txn, String family) {
        return txn.families().contains(ColumnFamily.of(family));
    }
}
