package dev.coppice.storage;

import dev.coppice.error.BusyException;
import java.util.List;

/**
 * The stores that this JVM has open, kept in the system properties so that two class loaders which
 * each have their own Coppice meet there. It is asked before any file is touched: opening and
 * closing a live file a second time would drop the lock on it.
 *
 * <p>Thread safety: any thread.
 */
final class OpenStores {
    private static final String PREFIX = "dev.coppice.open:";

    private OpenStores() {}

    /**
     * Claims one of the names by which a second opener might come: a path, a file key.
     *
     * @param holder who claims, in words
     * @param store what is claimed, in words
     * @throws BusyException naming the holder, if the name is taken
     */
    static void claim(String name, String holder, String store) {
        Object other = System.getProperties().putIfAbsent(PREFIX + name, holder);
        if (other != null) {
            String message = store + " is open already in this very process (" + other + ").";
            throw new BusyException(message, ProcessHandle.current().pid(), null, -1, null);
        }
    }

    static void release(List<String> names) {
        for (String name : names) {
            System.getProperties().remove(PREFIX + name);
        }
    }
}
