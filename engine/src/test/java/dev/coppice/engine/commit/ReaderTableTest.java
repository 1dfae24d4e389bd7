package dev.coppice.engine.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.coppice.storage.MemoryStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReaderTableTest {
    private static final long TXN = 1L << 48;

    private final MemoryStorage storage = new MemoryStorage(1 << 20);
    private final ReaderTable readers = new ReaderTable(storage);
    private final long[][] ids = {new long[1]};

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void claimedSlotHoldsEverythingUpUntilItIsPinned() {
        int slot = readers.claim();
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, TXN + 5, 7, 0);
        assertEquals(1, readers.scan(ids));
        assertEquals(TXN + 5, ids[0][0]);
        readers.release(slot);
        assertEquals(0, readers.scan(ids));
    }

    @Test
    void parkedSlotPinsNothingAndIsNobodyElses() {
        int slot = readers.claim();
        readers.pin(slot, TXN, 7, 0);
        readers.park(slot);
        assertEquals(0, readers.scan(ids));
        for (int i = 0; i < 2000; i++) {
            int other = readers.claim();
            assertNotEquals(slot, other);
            readers.pin(other, TXN + 1, 7, 0);
        }
        assertEquals(2000, readers.scan(ids));
        readers.claimAgain(slot);
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, TXN + 2, 7, 0);
        assertEquals(2001, readers.scan(ids));
    }

    @Test
    void movedPinIsNeverMissing() {
        int slot = readers.claim();
        readers.pin(slot, TXN, 7, 0);
        readers.claimAgain(slot);
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, TXN + 1, 7, 0);
        assertEquals(1, readers.scan(ids));
        assertEquals(TXN + 1, ids[0][0]);
    }

    @Test
    void resetFreesParkedSlots() {
        int slot = readers.claim();
        readers.park(slot);
        readers.reset();
        int again = readers.claim();
        assertEquals(slot, again);
    }
}
