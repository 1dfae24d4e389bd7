package dev.coppice.perf.compare.store;

/**
 * Writes one transaction after the other. A store without transactions takes each change at once.
 *
 * <p>Thread safety: one thread. The arrays handed over are the caller's again on return.
 */
public interface Writes extends AutoCloseable {
    void begin();

    void put(byte[] key, byte[] value);

    /** Stores an entry behind all others, by the store's way for that where it has one. */
    default void append(byte[] key, byte[] value) {
        put(key, value);
    }

    /** Copies a value as the transaction sees it; returns its length, -1 where there is none. */
    int get(byte[] key, byte[] target);

    boolean delete(byte[] key);

    /** Deletes the entries from a key on and below another. */
    void deleteRange(byte[] from, byte[] to);

    void commit();

    @Override
    void close();
}
