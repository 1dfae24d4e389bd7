package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.storage.MemoryStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A family that one transaction opened is, in the next one, what the newest commit says. */
class FamilyReuseTest {
    private static final byte[] KEY = {1};

    private final Engine engine =
            Engine.open(new MemoryStorage(1 << 26), EngineOptions.defaults(), 0);

    @BeforeEach
    void create() throws InterruptedException {
        WriteView txn = begin();
        txn.createFamily("a");
        txn.createFamily("b");
        put(txn, "a", 1);
        put(txn, "b", 2);
        engine.commit(txn, 0);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private WriteView begin() throws InterruptedException {
        return engine.begin(false, 0);
    }

    private static void put(WriteView txn, String family, int value) {
        txn.put(txn.family(family), KEY, 1, new byte[] {(byte) value}, 0, 1);
    }

    private static int get(WriteView txn, String family) {
        TreeRoot tree = txn.family(family);
        long found = TreeReader.find(txn.pages(), tree, KEY, 1);
        return TreeReader.value(txn.pages(), found)[0];
    }

    @Test
    void commitsOfOneFamilyLeaveTheOther() throws InterruptedException {
        for (int i = 3; i < 100; i++) {
            WriteView txn = begin();
            assertEquals(i == 3 ? 1 : i - 1, get(txn, "a"));
            put(txn, "a", i);
            engine.commit(txn, 0);
        }
        WriteView txn = begin();
        assertEquals(99, get(txn, "a"));
        assertEquals(2, get(txn, "b"));
        engine.rollback(txn);
    }

    @Test
    void rollbackForgetsWhatWasPut() throws InterruptedException {
        WriteView txn = begin();
        put(txn, "a", 3);
        txn.catalogue();
        put(txn, "a", 4);
        engine.rollback(txn);
        txn = begin();
        assertEquals(1, get(txn, "a"));
        engine.rollback(txn);
    }

    @Test
    void returnToSavepointForgetsWhatWasPutBehindIt() throws InterruptedException {
        WriteView txn = begin();
        put(txn, "a", 3);
        WriteView.Savepoint savepoint = txn.savepoint();
        put(txn, "a", 4);
        txn.createFamily("c");
        txn.rollbackTo(savepoint);
        assertEquals(3, get(txn, "a"));
        assertNull(txn.family("c"));
        engine.commit(txn, 0);
        txn = begin();
        assertEquals(3, get(txn, "a"));
        assertNull(txn.family("c"));
        engine.rollback(txn);
    }

    @Test
    void familyDroppedAndMadeAnewIsEmpty() throws InterruptedException {
        WriteView txn = begin();
        txn.dropFamily("a");
        engine.commit(txn, 0);
        txn = begin();
        assertNull(txn.family("a"));
        txn.createFamily("a");
        engine.commit(txn, 0);
        txn = begin();
        assertEquals(0, txn.family("a").count());
        put(txn, "a", 5);
        engine.commit(txn, 0);
        txn = begin();
        assertEquals(5, get(txn, "a"));
        engine.rollback(txn);
    }

    @Test
    void transactionThatOnlyReadsAFamilyChangesNothing() throws InterruptedException {
        WriteView txn = begin();
        assertEquals(1, get(txn, "a"));
        long id = engine.commit(txn, 0);
        assertEquals(engine.latestTxn(), id);
        txn = begin();
        put(txn, "b", 6);
        engine.commit(txn, 0);
        txn = begin();
        assertEquals(1, get(txn, "a"));
        assertEquals(6, get(txn, "b"));
        engine.rollback(txn);
    }
}
