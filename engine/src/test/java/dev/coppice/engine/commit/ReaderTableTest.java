package dev.coppice.engine.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.engine.page.Bytes;
import dev.coppice.error.BusyException;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReaderTableTest {
    private static final long TXN = 1L << 48;

    private final MemoryStorage storage = new MemoryStorage(1 << 20);
    private final ReaderTable readers = tableOf(0);
    private final long[][] ids = {new long[1]};

    private static StoreRoot root(long txn) {
        StoreRoot root = new StoreRoot();
        root.stamp(txn, 0, 0);
        return root;
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void claimedSlotHoldsEverythingUpUntilItIsPinned() {
        int slot = readers.claim();
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, root(TXN + 5), 0);
        assertEquals(1, readers.scan(ids));
        assertEquals(TXN + 5, ids[0][0]);
        readers.release(slot);
        assertEquals(0, readers.scan(ids));
    }

    @Test
    void parkedSlotPinsNothingAndIsNobodyElses() {
        int slot = readers.claim();
        readers.pin(slot, root(TXN), 0);
        readers.park(slot);
        assertEquals(0, readers.scan(ids));
        for (int i = 0; i < 2000; i++) {
            int other = readers.claim();
            assertNotEquals(slot, other);
            readers.pin(other, root(TXN + 1), 0);
        }
        assertEquals(2000, readers.scan(ids));
        readers.claimAgain(slot);
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, root(TXN + 2), 0);
        assertEquals(2001, readers.scan(ids));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, ReaderTable.MAX_SLOTS + 1L, 1L << 32, Long.MAX_VALUE})
    void countThatNoTableCanHaveIsCorrupt(long count) {
        storage.liveChunk(0).set(Bytes.U64, LiveWords.READERS_OFFSET, count);
        assertThrows(CorruptStoreException.class, () -> readers.scan(ids));
        assertEquals(2, storage.liveChunkCount());
    }

    @Test
    void fullTableTakesNoMoreReaders() {
        for (int i = 1; i < Storage.MAX_LIVE_CHUNKS; i++) {
            storage.liveChunk(i).fill((byte) 1);
        }
        assertThrows(BusyException.class, readers::claim);
        readers.release(ReaderTable.MAX_SLOTS - 1);
        assertEquals(ReaderTable.MAX_SLOTS - 1, readers.claim());
        assertEquals(Storage.MAX_LIVE_CHUNKS, storage.liveChunkCount());
    }

    @Test
    void movedPinIsNeverMissing() {
        int slot = readers.claim();
        readers.pin(slot, root(TXN), 0);
        readers.claimAgain(slot);
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.pin(slot, root(TXN + 1), 0);
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

    /** {@return the table as a process sees it that shares the live file} */
    private ReaderTable tableOf(int process) {
        return new ReaderTable(storage, new LiveWords(storage, storage.liveChunk(0)), process);
    }

    @Test
    void slotsOfOtherProcessesAreSeenWhereverTheyLie() {
        ReaderTable other = tableOf(3);
        for (int i = 0; i < 3000; i++) {
            other.pin(other.claim(), root(TXN + i), 0);
        }
        assertEquals(3000, readers.scan(ids));
        int claimed = other.claim();
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        other.pin(claimed, root(TXN), 0);
        assertEquals(3001, readers.scan(ids));
    }

    @Test
    void onlyTheSlotsOfTheDeadProcessAreFreed() {
        ReaderTable dead = tableOf(3);
        ReaderTable living = tableOf(63);
        dead.pin(dead.claim(), root(TXN), 9);
        living.pin(living.claim(), root(TXN + 1), 9);
        dead.park(dead.claim());
        int parked = living.claim();
        living.park(parked);
        readers.pin(readers.claim(), root(TXN + 2), 9);
        dead.claim();
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.releaseAll(3);
        assertEquals(2, readers.scan(ids));
        living.claimAgain(parked);
        assertEquals(ReaderTable.UNKNOWN, readers.scan(ids));
        readers.releaseAll(63);
        assertEquals(1, readers.scan(ids));
        readers.releaseAll(0);
        assertEquals(0, readers.scan(ids));
    }

    /** Its memory of the shared words can only be read: the store that raises the count fails. */
    @Test
    void processThatDiesBesideTheCountOfSlotsLeavesNoClaimBehind() {
        LiveWords words = new LiveWords(storage, storage.liveChunk(0).asReadOnly());
        ReaderTable dying = new ReaderTable(storage, words, 3);
        assertThrows(IllegalArgumentException.class, dying::claim);
        readers.releaseAll(3);
        for (int i = 0; i < 3; i++) {
            readers.pin(readers.claim(), root(TXN + i), 0);
        }
        assertEquals(3, readers.scan(ids));
    }

    @Test
    void pinsOfOthersTellTheirTrees() {
        ReaderTable other = tableOf(3);
        StoreRoot root = new StoreRoot();
        root.stamp(TXN, 1, 2);
        root.catalogue().set(5, TXN, 1);
        root.defaultFamily().set(7, TXN - 1, 1);
        other.pin(other.claim(), root, 9);
        other.claim();
        other.park(other.claim());
        StoreRoot found = readers.pinned(0).getFirst();
        assertEquals(1, readers.pinned(0).size());
        assertEquals(TXN, found.txn());
        assertEquals(5, found.catalogue().word());
        assertEquals(TXN, found.catalogue().birth());
        assertEquals(7, found.defaultFamily().word());
        assertEquals(TXN - 1, found.defaultFamily().birth());
    }

    @Test
    void claimOfAProcessThatWritesLeavesOpenWhatItPins() {
        ReaderTable other = tableOf(3);
        int slot = other.claim();
        assertEquals(0, readers.pinned(1 << 2).size());
        assertNull(readers.pinned(1 << 3));
        other.pin(slot, root(TXN), 0);
        assertEquals(1, readers.pinned(1 << 3).size());
    }
}
