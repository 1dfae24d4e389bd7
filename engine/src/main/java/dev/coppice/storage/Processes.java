package dev.coppice.storage;

import java.util.function.IntConsumer;

/**
 * The processes that have a store open, as one of them sees the others. Each has a row, and a lock
 * of the system on a byte that goes with it, which tells the others that it lives;
 * docs/durability.md has the protocol.
 *
 * <p>Thread safety: any thread, but for {@link #isAlone} and {@link #admit}, which belong to the
 * opening.
 */
public interface Processes {
    /** A store that no other process can reach. */
    Processes NONE = new NoProcesses();

    /** {@return the row of this process, from 0} */
    int self();

    /** {@return the id that the system has given to the process in a row, 0 where nobody knows} */
    long processId(int row);

    /** {@return the process in a row, in words} */
    String describe(int row);

    /**
     * {@return whether no other process had the store open when this one opened it} Nobody comes
     * before {@link #admit}, though others may go.
     */
    boolean isAlone();

    /**
     * {@return whether no other process had the store open for writing when this one opened it} As
     * {@link #isAlone}.
     */
    boolean isOnlyWriter();

    /** Ends the opening: others may come. */
    void admit();

    /**
     * Waits a moment for other processes that are just opening or closing the store.
     *
     * @return true if none has it open, and none will before this one has closed it
     */
    boolean keepOthersOut();

    /**
     * Finds the processes that ended without closing the store. What they held is let go by the
     * consumer, which gets their rows, before a row can belong to another process.
     */
    void reap(IntConsumer release);

    /**
     * {@return whether the others still count this process among the living} Two loads, for every
     * publication; see {@link #requireAttached}.
     */
    boolean isAttached();

    /**
     * Checks that the others still count this process among the living.
     *
     * @throws dev.coppice.error.StoreIoException if not: code in this process has opened and closed
     *     the live file, which made the system drop the lock
     */
    void requireAttached();
}
