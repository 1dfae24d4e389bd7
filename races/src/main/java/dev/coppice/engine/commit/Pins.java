package dev.coppice.engine.commit;

import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;

/**
 * The live words and the reader table of a store that has nothing else, small enough to make many.
 * A root is published at transaction 1.
 *
 * <p>Thread safety: as its parts.
 */
final class Pins {
    /** What {@link #seen} returns when the writer has to wait for a reader that is claiming. */
    static final int UNKNOWN = 0;

    /** What {@link #seen} returns when no reader has a pin. */
    static final int NONE = 3;

    private static final int LIVE_WORDS = 1200;
    private static final int SLOT_WORDS = 512;

    private final MemorySegment words = MemorySegment.ofArray(new long[LIVE_WORDS]);
    private final MemorySegment slots = MemorySegment.ofArray(new long[SLOT_WORDS]);
    private final LiveWords live;
    private final ReaderTable table;
    private final StoreRoot read = new StoreRoot();
    private long[][] pinned = {new long[8]};

    Pins() {
        Storage storage =
                (Storage)
                        Proxy.newProxyInstance(
                                Storage.class.getClassLoader(),
                                new Class<?>[] {Storage.class},
                                (_, method, arguments) ->
                                        switch (method.getName()) {
                                            case "liveChunk" ->
                                                    (int) arguments[0] == 0 ? words : slots;
                                            case "liveChunkCount" -> 2;
                                            default -> null;
                                        });
        live = new LiveWords(storage, words);
        table = new ReaderTable(storage, live, 0);
        publish(1);
    }

    /** Makes a root of this transaction the newest. */
    void publish(long txn) {
        StoreRoot root = new StoreRoot();
        root.stamp(txn << 8, 0, 0);
        live.publish(root, 1);
    }

    /** {@return a slot that pins everything} */
    int claim() {
        return table.claim();
    }

    /** Claims a slot and pins the newest root; returns the slot. */
    int pinNewest() {
        int slot = claim();
        pin(slot);
        return slot;
    }

    /** Moves a pin to the newest root; returns its transaction. */
    int refresh(int slot) {
        table.claimAgain(slot);
        return pin(slot);
    }

    /** Lets go of what a slot pins, and keeps the slot. */
    void park(int slot) {
        table.park(slot);
    }

    /** Pins the newest root in a claimed slot; returns its transaction. */
    int pin(int slot) {
        live.latest(read);
        table.pin(slot, read, 0);
        return (int) (read.txn() >> 8);
    }

    /** {@return what a scan of the writer finds: the one transaction that is pinned, or why not} */
    int seen() {
        int count = table.scan(pinned);
        return count == ReaderTable.UNKNOWN
                ? UNKNOWN
                : count == 0 ? NONE : (int) (pinned[0][0] >> 8);
    }
}
