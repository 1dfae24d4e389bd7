package dev.coppice.fuzz.model;

import dev.coppice.CheckReport;
import dev.coppice.CheckpointMode;
import dev.coppice.CheckpointResult;
import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.ExpirySweep;
import dev.coppice.KeyRange;
import dev.coppice.Lifetime;
import dev.coppice.Progress;
import dev.coppice.ReadHandle;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.StoreListener;
import dev.coppice.SyncLevel;
import dev.coppice.VacuumResult;
import dev.coppice.Verify;
import dev.coppice.WriteHandle;
import dev.coppice.WriteTransaction;
import dev.coppice.error.StoreFullException;
import dev.coppice.testkit.LiveFate;
import dev.coppice.testkit.PowerLoss;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.SimulatedClock;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A store on a simulated disk beside maps that hold what it should: each step is done to both, and
 * whatever either shows is compared.
 *
 * <p>Thread safety: one thread.
 */
final class ModelTrial {
    private static final int MAX_CURSORS = 6;
    private static final int SWEPT_AT_ONCE = 16;
    private static final int MAX_ROUNDS = 1_000_000;

    private final StoreConfig config;
    private final SimulatedClock clock = new SimulatedClock();
    private final Map<Long, Contents> commits = new HashMap<>();
    private final List<Purged> purged = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final List<CursorModel> cursors = new ArrayList<>();
    private SimulatedDisk disk;
    private Store store;
    private Contents newest = new Contents();
    private OpenTransaction open;

    /**
     * A snapshot and what it should show.
     *
     * @param sawLog whether its commit was in the log when it was opened
     */
    private record Held(Snapshot snapshot, Contents contents, boolean sawLog) {}

    /** What the store has told of entries that it removed. */
    private record Purged(String family, List<byte[]> keys, long txn) {}

    private record Point(WriteHandle.Savepoint savepoint, Contents contents) {}

    /** The running transaction and what it should see. */
    private static final class OpenTransaction {
        private final WriteTransaction txn;
        private final List<Point> points = new ArrayList<>();
        private Contents work;

        OpenTransaction(WriteTransaction txn, Contents work) {
            this.txn = txn;
            this.work = work;
        }
    }

    private ModelTrial(int pageBytes, long diskBytes) {
        this.config =
                StoreConfig.defaults()
                        .withPageBytes(pageBytes)
                        .withVerify(Verify.ALWAYS)
                        .withClock(clock)
                        .withBackgroundCheckpoints(false)
                        .withExpirySweep(new ExpirySweep(1, SWEPT_AT_ONCE, 1000))
                        .withListener(
                                new StoreListener() {
                                    @Override
                                    public void expired(
                                            ColumnFamily family, List<byte[]> keys, long txn) {
                                        purged.add(new Purged(family.name(), keys, txn));
                                    }
                                })
                        .withCloseTimeoutMillis(0);
        this.disk = new SimulatedDisk(diskBytes);
        open();
    }

    /** Does all steps on a new store, and compares everything at the end. */
    static void run(int pageBytes, long diskBytes, List<Op> ops) {
        ModelTrial trial = new ModelTrial(pageBytes, diskBytes);
        try {
            ops.forEach(trial::step);
            trial.abort();
            trial.check();
            trial.close();
        } finally {
            trial.disk.discard();
        }
    }

    // ---- opening and closing

    private void open() {
        store = Store.on(disk, config);
        Contents found = commits.get(store.latestTxn());
        if (found == null && !commits.isEmpty()) {
            throw new AssertionError("opened at the unknown transaction " + store.latestTxn());
        }
        newest = found == null ? newest : found;
        commits.clear();
        purged.clear();
        commits.put(store.latestTxn(), newest);
        compareNewest();
    }

    private void close() {
        held.forEach(this::compare);
        forgetReaders();
        store.close();
    }

    private void forgetReaders() {
        cursors.forEach(CursorModel::close);
        cursors.clear();
        held.clear();
    }

    private void reopen() {
        abort();
        close();
        Contents before = newest;
        replaceDisk(disk.kill());
        open();
        require(newest == before, "closing lost a commit");
    }

    private void kill() {
        SimulatedDisk image = disk.kill();
        abandon();
        Contents before = newest;
        replaceDisk(image);
        open();
        require(newest == before, "a kill lost a commit");
    }

    private void losePower(int seed) {
        SectorChoice choice = new SectorChoice.Random(seed);
        int sizes = disk.sizeChanges();
        LiveFate fate = seed % 3 == 0 ? LiveFate.KEPT : LiveFate.ZEROS;
        SimulatedDisk image = disk.powerLoss(new PowerLoss(choice, sizes, fate));
        long durable = store.durableTxn();
        abandon();
        replaceDisk(image);
        open();
        require(store.latestTxn() >= durable, "a power loss took back a durable commit");
    }

    /** Gives the memory of a dead process back. */
    private void abandon() {
        forgetReaders();
        if (open != null) {
            open.txn.close();
            open = null;
        }
        store.close();
    }

    private void replaceDisk(SimulatedDisk next) {
        disk.discard();
        disk = next;
    }

    // ---- steps

    private void step(Op op) {
        switch (op) {
            case Op.Change change -> change(change);
            case Op.Begin begin -> {
                abort();
                begin(begin.level());
            }
            case Op.Commit _ -> commit();
            case Op.Abort _ -> abort();
            case Op.Hold _ -> {
                if (held.size() < Op.MAX_HELD) {
                    hold();
                }
            }
            case Op.Compare compare -> {
                if (!held.isEmpty()) {
                    compare(held.get(compare.snapshot() % held.size()));
                }
            }
            case Op.LetGo letGo -> letGo(letGo);
            case Op.OpenCursor opening -> openCursor(opening);
            case Op.MoveCursor move -> {
                if (!cursors.isEmpty()) {
                    cursors.get(move.cursor() % cursors.size()).move(move);
                }
            }
            case Op.CloseCursor closing -> {
                if (!cursors.isEmpty()) {
                    cursors.remove(closing.cursor() % cursors.size()).close();
                }
            }
            case Op.Checkpoint checkpoint -> checkpointAs(checkpoint.mode());
            case Op.Vacuum vacuum -> vacuum(vacuum.maxPages());
            case Op.PassTime time -> clock.pass(time.millis());
            case Op.Sweep _ -> sweep();
            case Op.Reopen _ -> reopen();
            case Op.Kill _ -> kill();
            case Op.LosePower loss -> losePower(loss.seed());
            case Op.Check _ -> check();
        }
    }

    private void begin(SyncLevel level) {
        open = new OpenTransaction(store.begin(level), newest.copy());
    }

    private void commit() {
        if (open == null) {
            return;
        }
        OpenTransaction committing = open;
        closeTransactionCursors();
        open = null;
        try {
            committing.txn.commit();
        } catch (StoreFullException e) {
            compareNewest();
            return;
        } finally {
            committing.txn.close();
        }
        newest = committing.work;
        commits.put(store.latestTxn(), newest);
    }

    private void abort() {
        if (open != null) {
            closeTransactionCursors();
            open.txn.close();
            open = null;
        }
    }

    private void checkpointAs(CheckpointMode mode) {
        try {
            if (mode != null) {
                checkpoint(mode);
            } else {
                require(store.checkpoint() == (open == null), "a checkpoint beside a transaction");
                requireCheckpointed();
            }
        } catch (StoreFullException e) {
            compareNewest();
        }
    }

    /** Moves pages; every commit of that holds the same. */
    private void vacuum(int maxPages) {
        if (open != null) {
            return;
        }
        long before = store.latestTxn();
        try {
            VacuumResult result = store.vacuum(maxPages);
            require(result.fileBytes() == disk.size(), result + " with " + disk.size() + " bytes");
            require(store.durableTxn() == store.latestTxn(), "a vacuum left a commit behind");
        } catch (StoreFullException e) {
            // What was committed before stays.
        }
        learnPurged(before);
        held.forEach(this::compare);
        check();
    }

    /** What has expired goes, in the background, or at once; each commit of that is known. */
    private void sweep() {
        if (open != null) {
            return;
        }
        long before = store.latestTxn();
        try {
            if (before % 2 == 0) {
                store.purgeExpired();
            }
            for (int i = 0; i < MAX_ROUNDS && countExpired() > 0; i++) {
                store.doWork();
            }
            // Not in the background where there is no room: that says so here.
            store.purgeExpired();
        } catch (StoreFullException e) {
            // What was committed before stays.
        }
        store.doWork();
        learnPurged(before);
        compareNewest();
    }

    private long countExpired() {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.families().stream()
                    .mapToLong(family -> snapshot.countExpired(family, KeyRange.all()))
                    .sum();
        }
    }

    /** Any of the commits since may be what a power loss leaves. */
    private void learnPurged(long before) {
        // Purges of transactions before are told now, too.
        purged.removeIf(each -> each.txn() <= before);
        Iterator<Purged> told = List.copyOf(purged).iterator();
        purged.clear();
        Purged next = told.hasNext() ? told.next() : null;
        // The first commit behind a power loss has the first id of an epoch.
        long first = Math.max(before + 1, store.latestTxn() >>> 48 << 48);
        for (long txn = first; txn <= store.latestTxn(); txn++) {
            while (next != null && next.txn() == txn) {
                newest = without(next);
                next = told.hasNext() ? told.next() : null;
            }
            commits.put(txn, newest);
        }
        require(next == null, "told of a purge that is no commit");
    }

    private Contents without(Purged gone) {
        Contents contents = newest.copy();
        for (byte[] key : gone.keys()) {
            boolean isOver =
                    contents.get(gone.family(), key) != null
                            && !contents.isLive(gone.family(), key, clock.millis());
            require(isOver, "purged what had not expired");
            contents.delete(gone.family(), key);
        }
        return contents;
    }

    private void checkpoint(CheckpointMode mode) {
        long frames = store.stats().logFrames();
        long durable = store.durableTxn();
        CheckpointResult result = store.checkpoint(mode, 0, TimeUnit.MILLISECONDS);
        if (open == null) {
            boolean isBusy = held.stream().anyMatch(each -> isInTheWay(each, mode));
            long told = mode == CheckpointMode.TRUNCATE && !isBusy ? 0 : frames;
            CheckpointResult expected = new CheckpointResult(isBusy, told, told);
            require(result.equals(expected), mode + " is " + result + ", not " + expected);
            requireCheckpointed();
        } else {
            require(result.equals(new CheckpointResult(true, frames, 0)), mode + " " + result);
            require(store.durableTxn() == durable, mode + " did something beside a transaction");
        }
    }

    private boolean isInTheWay(Held reader, CheckpointMode mode) {
        boolean isOlder = reader.snapshot().txn() != store.latestTxn();
        return switch (mode) {
            case PASSIVE -> false;
            case FULL -> isOlder;
            case RESTART, TRUNCATE -> isOlder || reader.sawLog();
        };
    }

    private void requireCheckpointed() {
        boolean isDone =
                store.durableTxn() == store.latestTxn()
                        && store.stats().checkpointTxn() == store.latestTxn()
                        && store.stats().logFrames() == 0;
        require(open != null || isDone, "a checkpoint left a commit behind");
    }

    private void hold() {
        Snapshot snapshot = store.snapshot();
        boolean sawLog = snapshot.txn() != store.stats().checkpointTxn();
        held.add(new Held(snapshot, newest, sawLog));
    }

    private void letGo(Op.LetGo op) {
        if (held.isEmpty()) {
            return;
        }
        Held gone = held.remove(op.snapshot() % held.size());
        compare(gone);
        // Its cursors are closed with the others of snapshots: which one has which is not kept.
        cursors.removeIf(each -> {
            if (!each.isOfTransaction()) {
                each.close();
            }
            return !each.isOfTransaction();
        });
        gone.snapshot().close();
    }

    private void openCursor(Op.OpenCursor op) {
        if (cursors.size() >= MAX_CURSORS) {
            return;
        }
        String family = op.family();
        if (open != null && op.snapshot() % 2 == 0) {
            OpenTransaction transaction = open;
            if (transaction.work.has(family)) {
                Cursor cursor = transaction.txn.cursor(ColumnFamily.of(family));
                cursors.add(
                        new CursorModel(
                                cursor,
                                family,
                                true,
                                () -> transaction.work.live(family, clock.millis())));
            }
        } else if (!held.isEmpty()) {
            Held from = held.get(op.snapshot() % held.size());
            if (from.contents().has(family)) {
                Cursor cursor = from.snapshot().cursor(ColumnFamily.of(family));
                cursors.add(
                        new CursorModel(
                                cursor,
                                family,
                                false,
                                () -> from.contents().live(family, clock.millis())));
            }
        }
    }

    private void closeTransactionCursors() {
        cursors.removeIf(each -> {
            if (each.isOfTransaction()) {
                each.close();
            }
            return each.isOfTransaction();
        });
    }

    // ---- changes

    private void change(Op.Change change) {
        if (open == null) {
            begin(SyncLevel.NORMAL);
        }
        try {
            apply(change);
        } catch (StoreFullException e) {
            // The transaction can only be rolled back.
            abort();
        }
    }

    private void apply(Op.Change change) {
        WriteTransaction txn = open.txn;
        Contents work = open.work;
        switch (change) {
            case Op.Put put -> put(put.family(), put.key(), put.value());
            case Op.PutExpiring put -> {
                need(put.family());
                Lifetime lifetime = Lifetime.of(Duration.ofMillis(put.ttlMillis()));
                long deadline = clock.millis() + put.ttlMillis();
                put(put.family(), Keys.key(put.key()), Keys.value(put.value()), lifetime, deadline);
            }
            case Op.Touch touch -> touch(touch);
            case Op.SetTtl ttl -> {
                if (work.has(ttl.family())) {
                    Duration length = Duration.ofMillis(ttl.ttlMillis());
                    txn.defaultTtl(ColumnFamily.of(ttl.family()), length);
                    work.ttl(ttl.family(), ttl.ttlMillis());
                }
            }
            case Op.Purge purge -> purge(purge);
            case Op.Fill fill -> {
                for (int i = 0; i < fill.count(); i++) {
                    put(fill.family(), fill.first() + i, fill.value() + i);
                }
            }
            case Op.Delete delete -> {
                if (work.has(delete.family())) {
                    byte[] key = Keys.key(delete.key());
                    boolean wasThere = txn.delete(ColumnFamily.of(delete.family()), key);
                    boolean isThere = work.entries(delete.family()).containsKey(key);
                    require(wasThere == isThere, "delete: " + wasThere);
                    work.delete(delete.family(), key);
                }
            }
            case Op.Update update -> {
                need(update.family());
                byte[] key = Keys.key(update.key());
                boolean isLive = work.isLive(update.family(), key, clock.millis());
                byte[] old = isLive ? work.get(update.family(), key) : null;
                update.apply(txn.atomic(ColumnFamily.of(update.family())), old);
                work.update(update, clock.millis());
            }
            case Op.DeleteRange range -> deleteRange(range);
            case Op.CreateFamily create -> need(create.family());
            case Op.DropFamily drop -> {
                if (!drop.family().equals(Contents.DEFAULT) && work.has(drop.family())) {
                    cursors.removeIf(each -> {
                        if (each.isOf(drop.family())) {
                            each.close();
                        }
                        return each.isOf(drop.family());
                    });
                    require(txn.dropFamily(ColumnFamily.of(drop.family())), "drop: absent");
                    work.drop(drop.family());
                }
            }
            case Op.Retain retain -> {
                boolean isTaken = work.named().containsKey(retain.name());
                require(txn.dropSnapshot(retain.name()) == isTaken, "drop of a name");
                txn.retain(retain.name());
                work.retain(retain.name());
            }
            case Op.DropSnapshot drop -> {
                boolean isThere = work.named().containsKey(drop.name());
                require(txn.dropSnapshot(drop.name()) == isThere, "drop of a name");
                work.dropSnapshot(drop.name());
            }
            case Op.TakeSavepoint _ -> open.points.add(new Point(txn.savepoint(), work.copy()));
            case Op.RollBackTo back -> rollBackTo(back.savepoint());
            case Op.ReleaseSavepoint release -> {
                if (!open.points.isEmpty()) {
                    int which = release.savepoint() % open.points.size();
                    txn.release(open.points.get(which).savepoint());
                    open.points.subList(which, open.points.size()).clear();
                }
            }
        }
    }

    private void put(String family, int key, int value) {
        need(family);
        long deadline = open.work.defaultDeadline(family, clock.millis());
        put(family, Keys.key(key), Keys.value(value), Lifetime.OF_FAMILY, deadline);
    }

    private void put(String family, byte[] key, byte[] value, Lifetime lifetime, long deadline) {
        boolean isNew = open.txn.put(ColumnFamily.of(family), key, value, lifetime);
        require(isNew != open.work.isLive(family, key, clock.millis()), "put: " + isNew);
        open.work.put(family, key, value, deadline);
    }

    private void touch(Op.Touch op) {
        String family = op.family();
        if (open.work.has(family)) {
            byte[] key = Keys.key(op.key());
            boolean isForGood = op.ttlMillis() == Op.FOREVER;
            long deadline = isForGood ? Contents.NEVER : clock.millis() + op.ttlMillis();
            Lifetime lifetime =
                    isForGood ? Lifetime.FOREVER : Lifetime.of(Duration.ofMillis(op.ttlMillis()));
            boolean isThere = open.txn.touch(ColumnFamily.of(family), key, lifetime);
            boolean expected = open.work.touch(family, key, deadline, clock.millis());
            require(isThere == expected, "touch: " + isThere);
        }
    }

    private void purge(Op.Purge op) {
        String family = op.family();
        if (open.work.has(family)) {
            List<byte[]> gone = open.work.expired(family, clock.millis());
            gone = gone.subList(0, Math.min(gone.size(), op.maxEntries()));
            long removed = open.txn.purgeExpired(ColumnFamily.of(family), op.maxEntries());
            require(removed == gone.size(), "purge: " + removed + ", expected " + gone.size());
            gone.forEach(key -> open.work.delete(family, key));
        }
    }

    private void need(String family) {
        if (!open.work.has(family)) {
            open.txn.createFamily(ColumnFamily.of(family));
            open.work.create(family);
        }
    }

    private void rollBackTo(int number) {
        if (!open.points.isEmpty()) {
            int which = number % open.points.size();
            // The families of its cursors may be gone then.
            closeTransactionCursors();
            open.txn.rollbackTo(open.points.get(which).savepoint());
            open.work = open.points.get(which).contents().copy();
            open.points.subList(which + 1, open.points.size()).clear();
        }
    }

    private void deleteRange(Op.DeleteRange op) {
        String family = op.family();
        if (!open.work.has(family)) {
            return;
        }
        byte[] from = op.lower();
        byte[] to = op.upper();
        long before = open.work.entries(family).size();
        open.work.deleteRange(family, from, to);
        long removed = open.txn.deleteRange(ColumnFamily.of(family), KeyRange.of(from, to));
        long expected = before - open.work.entries(family).size();
        require(removed == expected, "deleteRange: " + removed + ", expected " + expected);
    }

    // ---- comparisons

    private void check() {
        compareNewest();
        if (open == null) {
            CheckReport report = store.check(Progress.NONE);
            require(report.isClean(), "check: " + report.problems());
        } else {
            compare(open.work, open.txn);
        }
    }

    private void compareNewest() {
        newest.compare(store);
    }

    private void compare(Held one) {
        compare(one.contents(), one.snapshot());
    }

    /** Also what has expired is there, until it is purged. */
    private void compare(Contents expected, ReadHandle handle) {
        expected.compare(handle, clock.millis());
        for (String family : expected.families()) {
            long count = handle.count(ColumnFamily.of(family));
            require(
                    count == expected.entries(family).size(),
                    "family " + family + " counts " + count);
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
