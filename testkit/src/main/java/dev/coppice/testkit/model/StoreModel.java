package dev.coppice.testkit.model;

import dev.coppice.testkit.SimulatedClock;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store should contain: a sorted map for each family of each committed version, with a
 * transaction and its savepoints, and with snapshots. The expected side of a test that does the
 * same to a store, or to a program that sits on one. Its time is that of a {@link SimulatedClock}
 * that nobody but {@link Op.PassTime} moves.
 *
 * <p>{@link #apply} does a step of {@link Op} as {@link dev.coppice.testkit.op.StoreSteps} does it
 * to a real store.
 *
 * <p>Thread safety: one thread.
 */
public final class StoreModel {
    private final List<Contents> versions = new ArrayList<>();
    private final List<Contents> snapshots = new ArrayList<>();
    private final List<Contents> savepoints = new ArrayList<>();
    private @Nullable Contents running;
    private long nowMillis = SimulatedClock.START_MILLIS;

    /** Makes the model of a new store. */
    public StoreModel() {
        versions.add(new Contents());
    }

    /** {@return the newest commit; not to be changed} */
    public Contents newest() {
        return versions.getLast();
    }

    /** {@return every commit, oldest first, that of the new store included} */
    public List<Contents> versions() {
        return List.copyOf(versions);
    }

    /** {@return the snapshots that are held, in the order in which they were taken} */
    public List<Contents> snapshots() {
        return List.copyOf(snapshots);
    }

    /** {@return whether a transaction is open} */
    public boolean isWriting() {
        return running != null;
    }

    // ---- transactions

    /** Begins a transaction; one that is open is rolled back. */
    public void begin() {
        rollback();
        running = newest().copy();
    }

    /** {@return what the open transaction sees, to be changed; begins one where none is open} */
    public Contents running() {
        Contents contents = running;
        if (contents == null) {
            contents = newest().copy();
            running = contents;
        }
        return contents;
    }

    /** Makes a version of the open transaction, if there is one. */
    public void commit() {
        if (running != null) {
            versions.add(running);
        }
        rollback();
    }

    /** Forgets the open transaction, if there is one. */
    public void rollback() {
        running = null;
        savepoints.clear();
    }

    /** Takes a savepoint, the last of {@link #savepointCount}. */
    public void savepoint() {
        savepoints.add(running().copy());
    }

    /** {@return how many savepoints there are} */
    public int savepointCount() {
        return savepoints.size();
    }

    /** Returns to a savepoint, which stays; those taken after it are gone. */
    public void rollbackTo(int savepoint) {
        running = savepoints.get(savepoint).copy();
        savepoints.subList(savepoint + 1, savepoints.size()).clear();
    }

    /** Forgets a savepoint and those taken after it. */
    public void release(int savepoint) {
        savepoints.subList(savepoint, savepoints.size()).clear();
    }

    // ---- time

    /** {@return what time it is} */
    public long nowMillis() {
        return nowMillis;
    }

    /** Lets time pass. */
    public void pass(long millis) {
        nowMillis += millis;
    }

    /** Removes what has expired: a version for each family in which something has. */
    public void sweep() {
        for (String family : newest().families()) {
            Contents purged = newest().copy();
            if (purged.purge(family, nowMillis) > 0) {
                versions.add(purged);
            }
        }
    }

    // ---- snapshots and crashes

    /** Takes a snapshot, the last of {@link #snapshots}. */
    public void hold() {
        snapshots.add(newest());
    }

    /** Closes a snapshot. */
    public void letGo(int snapshot) {
        snapshots.remove(snapshot);
    }

    /** The process has ended: of a transaction and of snapshots nothing is left. */
    public void endProcess() {
        rollback();
        snapshots.clear();
    }

    /**
     * The power was cut: goes on with a version.
     *
     * @param found what the store shows, {@link Contents#of(dev.coppice.Store)}; it must be one of
     *     {@link #versions}, but for what has expired
     * @param oldest index of the oldest version that may have been left
     * @throws AssertionError when it is none of those
     */
    public void recoverTo(Contents found, int oldest) {
        endProcess();
        for (int i = versions.size() - 1; i >= oldest; i--) {
            if (versions.get(i).at(nowMillis).isEqual(found)) {
                versions.subList(i + 1, versions.size()).clear();
                return;
            }
        }
        throw new AssertionError(
                "the store holds none of the last " + (versions.size() - oldest) + " versions");
    }

    // ---- steps

    /**
     * Does a step. Of several things that are open it takes the one with its number, modulo how
     * many there are; steps that change nothing that a model has are without effect.
     */
    public void apply(Op op) {
        switch (op) {
            case Op.Begin _ -> begin();
            case Op.Change change -> change(change);
            case Op.Commit _ -> commit();
            case Op.Abort _ -> rollback();
            case Op.Hold _ -> {
                if (snapshots.size() < Op.MAX_HELD) {
                    hold();
                }
            }
            case Op.LetGo letGo -> {
                if (!snapshots.isEmpty()) {
                    letGo(letGo.snapshot() % snapshots.size());
                }
            }
            case Op.PassTime time -> pass(time.millis());
            case Op.Sweep _ -> {
                if (running == null) {
                    sweep();
                }
            }
            case Op.Reopen _, Op.Kill _, Op.LosePower _ -> endProcess();
            case Op.Compare _,
                    Op.OpenCursor _,
                    Op.MoveCursor _,
                    Op.CloseCursor _,
                    Op.Checkpoint _,
                    Op.Vacuum _,
                    Op.Check _ -> {}
        }
    }

    private void change(Op.Change change) {
        Contents work = running();
        switch (change) {
            case Op.Put put -> put(work, put.family(), put.key(), put.value());
            case Op.PutExpiring put -> {
                need(work, put.family());
                long deadline = deadline(put.ttlMillis());
                work.put(put.family(), Keys.key(put.key()), Keys.value(put.value()), deadline);
            }
            case Op.Touch touch -> {
                if (work.has(touch.family())) {
                    long deadline = deadline(touch.ttlMillis());
                    work.touch(touch.family(), Keys.key(touch.key()), deadline, nowMillis);
                }
            }
            case Op.SetTtl ttl -> {
                if (work.has(ttl.family())) {
                    work.ttl(ttl.family(), ttl.ttlMillis());
                }
            }
            case Op.Purge purge -> purge(work, purge);
            case Op.Fill fill -> {
                for (int i = 0; i < fill.count(); i++) {
                    put(work, fill.family(), fill.first() + i, fill.value() + i);
                }
            }
            case Op.Delete delete -> {
                if (work.has(delete.family())) {
                    work.delete(delete.family(), Keys.key(delete.key()));
                }
            }
            case Op.Update update -> {
                need(work, update.family());
                work.update(update, nowMillis);
            }
            case Op.DeleteRange range -> {
                if (work.has(range.family())) {
                    work.deleteRange(range.family(), range.lower(), range.upper());
                }
            }
            case Op.CreateFamily create -> need(work, create.family());
            case Op.DropFamily drop -> {
                if (!drop.family().equals(Contents.DEFAULT)) {
                    work.drop(drop.family());
                }
            }
            case Op.Retain retain -> work.retain(retain.name());
            case Op.DropSnapshot drop -> work.dropSnapshot(drop.name());
            case Op.TakeSavepoint _ -> savepoint();
            case Op.RollBackTo back -> {
                if (!savepoints.isEmpty()) {
                    rollbackTo(back.savepoint() % savepoints.size());
                }
            }
            case Op.ReleaseSavepoint gone -> {
                if (!savepoints.isEmpty()) {
                    release(gone.savepoint() % savepoints.size());
                }
            }
        }
    }

    private void put(Contents work, String family, int key, int value) {
        need(work, family);
        long deadline = work.defaultDeadline(family, nowMillis);
        work.put(family, Keys.key(key), Keys.value(value), deadline);
    }

    private long deadline(int ttlMillis) {
        return ttlMillis == Op.FOREVER ? Contents.NEVER : nowMillis + ttlMillis;
    }

    private void purge(Contents work, Op.Purge purge) {
        if (work.has(purge.family())) {
            work.expired(purge.family(), nowMillis).stream()
                    .limit(purge.maxEntries())
                    .forEach(key -> work.delete(purge.family(), key));
        }
    }

    private static void need(Contents work, String family) {
        if (!work.has(family)) {
            work.create(family);
        }
    }
}
