package dev.coppice.fuzz.crash;

import dev.coppice.CheckpointMode;
import dev.coppice.SyncLevel;
import dev.coppice.engine.CheckpointModes;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.error.StoreFullException;
import dev.coppice.testkit.SectorChoice;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Does steps made at random in a session. The changes of a transaction are collected, and done when
 * it ends.
 *
 * <p>Thread safety: one thread.
 */
final class RandomScript {
    private static final int MAX_HELD = 4;
    private static final int PURGED_AT_ONCE = 12;
    private static final int PAGES_AT_ONCE = 5;

    private final Session session;
    private final List<Session.Held> held = new ArrayList<>();
    private final List<Op.Change> changes = new ArrayList<>();
    private SyncLevel level = SyncLevel.NORMAL;

    private RandomScript(Session session) {
        this.session = session;
    }

    /** {@return a script that does these steps} */
    static Script of(String name, int pageBytes, long maxBytes, List<Op> ops) {
        Script.Work work = session -> new RandomScript(session).run(ops);
        return new Script(name, pageBytes, maxBytes, false, true, work);
    }

    private void run(List<Op> ops) {
        session.open();
        session.expectLeftovers();
        for (Op op : ops) {
            step(op);
        }
        releaseAll();
        session.close();
    }

    private void step(Op op) {
        switch (op) {
            case Op.Change change -> changes.add(change);
            case Op.Begin begin -> {
                changes.clear();
                level = begin.level();
            }
            case Op.Commit _ -> end(true);
            case Op.Abort _ -> end(false);
            case Op.Hold _ -> {
                if (held.size() < MAX_HELD) {
                    held.add(session.hold());
                }
            }
            case Op.Compare compare -> {
                if (!held.isEmpty()) {
                    session.check(held.get(compare.snapshot() % held.size()));
                }
            }
            case Op.LetGo letGo -> {
                if (!held.isEmpty()) {
                    session.release(held.remove(letGo.snapshot() % held.size()));
                }
            }
            case Op.Checkpoint checkpoint -> checkpoint(checkpoint.mode());
            case Op.Vacuum _ -> vacuum();
            case Op.PassTime time -> session.pass(time.millis());
            case Op.Sweep _ -> sweep();
            case Op.Check _ -> session.checkNewest();
            case Op.Reopen _ -> {
                releaseAll();
                session.close();
                session.open();
            }
            case Op.Kill _ -> {
                held.clear();
                session.kill();
                session.open();
            }
            case Op.LosePower loss -> {
                held.clear();
                session.losePower(new SectorChoice.Random(loss.seed()));
                session.open();
                session.expectLeftovers();
            }
            case Op.OpenCursor _, Op.MoveCursor _, Op.CloseCursor _ -> {}
        }
    }

    private void releaseAll() {
        held.forEach(session::release);
        held.clear();
    }

    private void checkpoint(CheckpointMode mode) {
        try {
            switch (mode) {
                case null -> session.checkpoint();
                case PASSIVE -> session.passive();
                case FULL -> session.attempt(CheckpointModes.Goal.FULL);
                case RESTART -> session.attempt(CheckpointModes.Goal.RESTART);
                case TRUNCATE -> session.attempt(CheckpointModes.Goal.TRUNCATE);
            }
        } catch (StoreFullException e) {
            session.checkNewest();
        }
    }

    /** Snapshots would keep the end of the file. */
    private void vacuum() {
        try {
            if (held.isEmpty()) {
                List<String> families = new ArrayList<>();
                session.history().newest().contents().families().forEach(families::add);
                session.vacuum(level, families);
            }
        } catch (StoreFullException e) {
            session.checkNewest();
        }
    }

    /** As the background does it: a few pages and entries in each transaction. */
    private void sweep() {
        for (String family : session.history().newest().contents().families()) {
            ExpiryScan scan = new ExpiryScan();
            while (!scan.isDone()) {
                try {
                    session.commit(
                            SyncLevel.NORMAL,
                            txn -> txn.purge(family, scan, PURGED_AT_ONCE, PAGES_AT_ONCE));
                } catch (StoreFullException e) {
                    session.checkNewest();
                    return;
                }
            }
        }
    }

    private void end(boolean commits) {
        List<Op.Change> body = List.copyOf(changes);
        changes.clear();
        Consumer<Txn> work = txn -> new Body(txn, session.nowMillis()).run(body);
        try {
            if (commits) {
                session.commit(level, work);
            } else {
                session.abort(level, work);
            }
        } catch (StoreFullException e) {
            session.checkNewest();
        }
        level = SyncLevel.NORMAL;
    }

    /** The changes of one transaction. */
    private static final class Body {
        private final Txn txn;
        private final long nowMillis;
        private final List<Txn.Savepoint> savepoints = new ArrayList<>();

        Body(Txn txn, long nowMillis) {
            this.txn = txn;
            this.nowMillis = nowMillis;
        }

        private long deadline(int ttlMillis) {
            return ttlMillis == Op.FOREVER ? Contents.NEVER : nowMillis + ttlMillis;
        }

        void run(List<Op.Change> changes) {
            for (Op.Change change : changes) {
                step(change);
            }
        }

        private void step(Op.Change change) {
            switch (change) {
                case Op.Put put -> {
                    need(put.family());
                    txn.put(put.family(), Keys.key(put.key()), Keys.value(put.value()));
                }
                case Op.Fill fill -> {
                    need(fill.family());
                    for (int i = 0; i < fill.count(); i++) {
                        byte[] value = Keys.value(fill.value() + i);
                        txn.put(fill.family(), Keys.key(fill.first() + i), value);
                    }
                }
                case Op.PutExpiring put -> {
                    need(put.family());
                    byte[] value = Keys.value(put.value());
                    txn.put(put.family(), Keys.key(put.key()), value, deadline(put.ttlMillis()));
                }
                case Op.Touch touch -> {
                    if (txn.contents().has(touch.family())) {
                        long deadline = deadline(touch.ttlMillis());
                        txn.touch(touch.family(), Keys.key(touch.key()), deadline);
                    }
                }
                case Op.SetTtl ttl -> {
                    if (txn.contents().has(ttl.family())) {
                        txn.ttl(ttl.family(), ttl.ttlMillis());
                    }
                }
                case Op.Purge purge -> {
                    if (txn.contents().has(purge.family())) {
                        txn.purge(purge.family(), purge.maxEntries());
                    }
                }
                case Op.Delete delete -> {
                    if (txn.contents().has(delete.family())) {
                        txn.delete(delete.family(), Keys.key(delete.key()));
                    }
                }
                case Op.Update update -> update(update);
                case Op.DeleteRange range -> deleteRange(range);
                case Op.CreateFamily create -> need(create.family());
                case Op.DropFamily drop -> {
                    if (!drop.family().equals(Contents.DEFAULT)
                            && txn.contents().has(drop.family())) {
                        txn.dropFamily(drop.family());
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
                case Op.ReleaseSavepoint release -> {
                    if (!savepoints.isEmpty()) {
                        int which = release.savepoint() % savepoints.size();
                        txn.release(savepoints.get(which));
                        savepoints.subList(which, savepoints.size()).clear();
                    }
                }
            }
        }

        private void update(Op.Update update) {
            String family = update.family();
            need(family);
            byte[] key = Keys.key(update.key());
            boolean isLive = txn.contents().isLive(family, key, nowMillis);
            byte[] result = update.result(isLive ? txn.contents().get(family, key) : null);
            if (result != null && isLive && update.keepsDeadline()) {
                txn.put(family, key, result, txn.contents().deadline(family, key));
            } else if (result != null) {
                txn.put(family, key, result);
            } else if (isLive) {
                txn.delete(family, key);
            }
        }

        private void need(String family) {
            if (!txn.contents().has(family)) {
                txn.createFamily(family);
            }
        }

        private void deleteRange(Op.DeleteRange range) {
            if (!txn.contents().has(range.family())) {
                return;
            }
            byte[] one = range.from() < 0 ? null : Keys.key(range.from());
            byte[] other = range.to() < 0 ? null : Keys.key(range.to());
            boolean isSwapped =
                    one != null && other != null && Arrays.compareUnsigned(one, other) > 0;
            txn.deleteRange(range.family(), isSwapped ? other : one, isSwapped ? one : other);
        }
    }
}
