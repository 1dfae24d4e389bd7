package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Opening;
import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Subject;
import dev.coppice.perf.figures.Entries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An open store and what is in it. Thread safety: one thread. */
public final class Bench implements AutoCloseable {
    private final Peer peer;
    private final Opening opening;
    private final Shape shape;
    private final int entries;
    private final Entries values;
    private Subject subject;

    private Bench(Peer peer, Opening opening, Shape shape, int entries) {
        this.peer = peer;
        this.opening = opening;
        this.shape = shape;
        this.entries = entries;
        this.values = new Entries(shape.valueBytes());
        this.subject = peer.open(opening);
    }

    /** Opens the store in a folder, creating both where they are missing. */
    public static Bench open(Peer peer, Path folder, boolean isDurable, Shape shape, int entries)
            throws IOException {
        Files.createDirectories(folder);
        boolean hasIntegerKeys = shape.keys() == KeyKind.INTEGER;
        var opening =
                new Opening(
                        folder,
                        isDurable,
                        hasIntegerKeys,
                        shape.keys().bytes(),
                        shape.valueBytes(),
                        entries);
        return new Bench(peer, opening, shape, entries);
    }

    public Subject subject() {
        return subject;
    }

    Shape shape() {
        return shape;
    }

    int entries() {
        return entries;
    }

    byte[] newKey() {
        return new byte[shape.keys().bytes()];
    }

    byte[] newValue() {
        return new byte[shape.valueBytes()];
    }

    /** Writes the value of a number. */
    void value(long number, byte[] target) {
        values.value(number, target, 0);
    }

    /** {@return so many of the stored keys in random order} */
    Keys randomKeys(int most, long seed) {
        return Keys.random(shape.keys(), Math.min(most, entries), entries, seed);
    }

    /** Closes the store, opens it and gets a value; returns the nanoseconds from the opening on. */
    long reopenAndTime(byte[] key, byte[] value) {
        subject.close();
        subject = null;
        long start = System.nanoTime();
        subject = peer.open(opening);
        try (Reads reads = subject.reads()) {
            if (reads.get(key, value) != value.length) {
                throw new IllegalStateException("a value is missing");
            }
            return System.nanoTime() - start;
        }
    }

    @Override
    public void close() {
        if (subject != null) {
            subject.close();
        }
    }
}
