package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A store that is measured, behind the few operations that the measurements need.
 *
 * <p>Thread safety: one thread. One transaction, one snapshot and one held snapshot at most.
 */
interface Subject extends AutoCloseable {
    /** Which store, and how it is opened. */
    enum Kind {
        COPPICE,
        LMDBJAVA;

        /** Opens the store in a folder, creating both where they are missing. */
        Subject open(Path folder, boolean isDurable) throws IOException {
            return switch (this) {
                case COPPICE -> CoppiceSubject.open(folder, isDurable);
                case LMDBJAVA -> LmdbSubject.open(folder, isDurable);
            };
        }

        Path dataFile(Path folder) {
            return switch (this) {
                case COPPICE -> folder.resolve(CoppiceSubject.FILE);
                case LMDBJAVA -> folder.resolve(LmdbSubject.FILE);
            };
        }
    }

    void begin();

    void put(byte[] key, byte[] value);

    /** Stores an entry behind all others. */
    void append(byte[] key, byte[] value);

    void commit();

    void openSnapshot();

    /** Copies a value from the snapshot; returns its length, -1 where the key is not there. */
    int get(byte[] key, byte[] target);

    void closeSnapshot();

    /** As openSnapshot, get, closeSnapshot, by the cheapest way the store has for that. */
    int getFromFreshSnapshot(byte[] key, byte[] target);

    /** Steps through all entries of the snapshot; returns how many there are. */
    long step();

    /** Steps through all entries and copies key and value of each; returns a sum over them. */
    long scan();

    @Override
    void close();
}
