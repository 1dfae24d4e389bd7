package dev.coppice.fuzz.crash;

import dev.coppice.SyncLevel;
import dev.coppice.error.StoreFullException;
import dev.coppice.testkit.model.Contents;
import java.util.SortedMap;

/** Uses a recovered store: commits at all levels, checkpoints, closes and opens it. Stateless. */
final class Afterlife {
    private Afterlife() {}

    static void run(Session session) {
        session.expectLeftovers();
        try {
            commitAndCheckpoint(session);
        } catch (StoreFullException e) {
            // Deleting is always possible.
            session.commit(SyncLevel.NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        }
        session.checkNewest();
        session.kill();
        session.open();
        session.commit(SyncLevel.NORMAL, txn -> txn.deleteRange(Contents.DEFAULT, null, null));
        session.commit(SyncLevel.NORMAL, txn -> txn.put(Bytes.key(1), Bytes.value(1, 20)));
        session.close();
        session.open();
        session.checkNewest();
        session.close();
        session.disk().discard();
    }

    private static void commitAndCheckpoint(Session session) {
        session.commit(SyncLevel.NORMAL, Afterlife::change);
        Session.Held held = session.hold();
        session.commit(SyncLevel.FULL, Afterlife::change);
        session.checkpoint();
        session.commit(SyncLevel.OFF, Afterlife::change);
        session.commit(SyncLevel.FULL, Afterlife::change);
        session.checkpoint();
        session.release(held);
        session.commit(SyncLevel.NORMAL, Afterlife::change);
    }

    /** Changes some entries. */
    static void change(Txn txn) {
        SortedMap<byte[], byte[]> entries = txn.contents().entries(Contents.DEFAULT);
        if (!entries.isEmpty()) {
            byte[] first = entries.firstKey();
            byte[] last = entries.lastKey();
            txn.delete(first);
            txn.put(last, Bytes.value(last.length + entries.size(), 100));
        }
        for (int i = 0; i < 6; i++) {
            txn.put(Bytes.key(3 * i + entries.size()), Bytes.value(i, 60));
        }
    }
}
