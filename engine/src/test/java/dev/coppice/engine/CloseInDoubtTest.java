package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.error.CommitInDoubtException;
import org.junit.jupiter.api.Test;

/**
 * Commits under FULL that have given the writer role back and wait for their flush while the store
 * is closed. The two halves of a commit are called one after the other, with the close between.
 */
class CloseInDoubtTest {
    private static final byte[] KEY = {1};

    private final FailingStorage disk = new FailingStorage();
    private final Engine engine = Engine.open(disk.storage(), EngineOptions.defaults(), 0);

    private long prepare() throws InterruptedException {
        WriteView view = engine.begin(true, 0);
        view.put(view.defaultFamily(), KEY, 1, KEY, 0, 1);
        view.finishWork();
        return engine.writeAndPublish(view, 0);
    }

    @Test
    void commitBehindAFailedFlushIsInDoubtWhenTheStoreIsClosed() throws Exception {
        long txn = prepare();
        disk.failFlushes();
        assertThrows(CommitInDoubtException.class, () -> engine.checkpoint(0));
        engine.close();
        assertThrows(
                CommitInDoubtException.class, () -> engine.store().commits().awaitFlushed(txn));
    }

    @Test
    void commitWhoseFlushFailsInCloseIsInDoubt() throws Exception {
        long txn = prepare();
        disk.failFlushes();
        assertThrows(CommitInDoubtException.class, engine::close);
        assertThrows(
                CommitInDoubtException.class, () -> engine.store().commits().awaitFlushed(txn));
    }

    @Test
    void commitThatCloseMadeDurableIsNotInDoubt() throws Exception {
        long txn = prepare();
        engine.close();
        engine.store().commits().awaitFlushed(txn);
        assertEquals(txn, engine.durableTxn());
    }
}
