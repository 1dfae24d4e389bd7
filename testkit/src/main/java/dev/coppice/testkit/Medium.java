package dev.coppice.testkit;

/** What the store of a test lies on. */
public enum Medium {
    /** Plain memory: the fastest; gone when the store is closed, so that it cannot be reopened. */
    MEMORY,
    /** A file in a directory of its own, which is removed unless the test fails. */
    FILE,
    /** A {@link SimulatedDisk}: can be reopened, killed, and can lose power. */
    SIMULATED_DISK
}
