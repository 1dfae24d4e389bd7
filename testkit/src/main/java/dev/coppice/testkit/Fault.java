package dev.coppice.testkit;

/** How an operation of a {@link SimulatedDisk} fails. */
public enum Fault {
    /** The medium fails: {@link dev.coppice.error.StoreIoException}. */
    IO_ERROR,
    /**
     * The disk is full: {@link dev.coppice.error.StoreFullException}, from a flush an I/O error.
     */
    DISK_FULL
}
