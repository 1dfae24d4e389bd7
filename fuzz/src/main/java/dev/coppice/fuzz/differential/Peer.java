package dev.coppice.fuzz.differential;

import java.util.List;
import java.util.NavigableMap;

/**
 * An ordered key-value store with transactions over several families. Thread safety: one thread.
 */
interface Peer extends AutoCloseable {
    /** The families that each peer has from the start. */
    List<String> FAMILIES = List.of("default", "red", "blue");

    void begin();

    void put(String family, byte[] key, byte[] value);

    void delete(String family, byte[] key);

    /** Deletes the keys in [from, to), null for no bound. */
    void deleteRange(String family, byte[] from, byte[] to);

    void commit();

    void abort();

    /** {@return everything in a family, in the order in which the peer shows it} */
    NavigableMap<byte[], byte[]> contents(String family);

    @Override
    void close();
}
