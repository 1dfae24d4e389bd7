package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.commit.ReaderSlot;
import dev.coppice.storage.Processes;
import java.util.Comparator;
import java.util.List;

/**
 * What a {@link Snapshot} or {@link Reader} of some process keeps in a store.
 *
 * @param txn id of the commit that it sees, 0 for a reader that is parked and keeps nothing
 * @param openedMillis wall clock when it was opened or refreshed, milliseconds since 1970; 0 for a
 *     parked reader, and for what the single reads of a process share
 * @param ageMillis time since then, at least 0
 * @param processId id of the process that has it open, 0 where nobody knows
 */
public record OpenReader(long txn, long openedMillis, long ageMillis, long processId) {
    static List<OpenReader> list(Engine engine, long nowMillis) {
        Processes processes = engine.storage().processes();
        return engine.store().readerSlots().stream()
                .map(slot -> of(slot, processes.processId(slot.process()), nowMillis))
                .sorted(Comparator.comparingLong(OpenReader::txn))
                .toList();
    }

    private static OpenReader of(ReaderSlot slot, long processId, long nowMillis) {
        long opened = slot.openedMillis();
        long age = opened == 0 ? 0 : Math.max(0, nowMillis - opened);
        return new OpenReader(slot.txn(), opened, age, processId);
    }

    /** {@return whether it is a reader that keeps nothing until it is refreshed} */
    public boolean isParked() {
        return txn == 0;
    }
}
