package dev.coppice.testkit;

import dev.coppice.Store;

/** A piece of a program that uses a store. */
@FunctionalInterface
public interface StoreWork {
    /**
     * Does it.
     *
     * @param store is open, and stays the caller's to close
     * @throws Exception fails the test
     */
    void run(Store store) throws Exception;
}
