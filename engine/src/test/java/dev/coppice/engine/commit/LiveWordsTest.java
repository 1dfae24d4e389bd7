package dev.coppice.engine.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreFullException;
import dev.coppice.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** What the words that processes share say, and what they refuse. */
class LiveWordsTest {
    /** Found by the suite corrupt: a damaged slot told of a transaction with the last id. */
    @Test
    void anEpochWithoutIdsIsAFullStore() {
        MemoryStorage storage = new MemoryStorage(1 << 20);
        LiveWords words = new LiveWords(storage, storage.liveChunk(0));
        long last = (7L << 48) + LiveWords.COUNTER_MASK;
        words.nextId(last - 1);
        assertEquals(last, words.takeId());
        StoreFullException full = assertThrows(StoreFullException.class, words::takeId);
        assertTrue(full.getMessage().contains("max=281474976710655"), full.getMessage());
        assertEquals(last, words.nextId());
    }
}
