package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeRoot;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A value on its way from a stream into the store, whole or not at all.
 *
 * <p>Thread safety: that of the transaction.
 */
final class StreamedValue {
    /*
     * What is too long for a leaf gets its pages first and is read into them, a piece after the
     * other; the entry comes last. Where the stream fails, the pages go back to the transaction. The
     * stream is the program's: while it is read, the transaction may not be used, and what it throws
     * is none of the store's failures.
     */
    /** A multiple of the chunks that have a checksum each. */
    private static final int PIECE_BYTES = 1 << 16;

    private final WriteHandle txn;
    private final InputStream stream;
    private final int expected;
    private long done;

    StreamedValue(WriteHandle txn, InputStream stream, int expected) {
        this.txn = txn;
        this.stream = Objects.requireNonNull(stream, "value");
        this.expected = expected;
    }

    /** {@return all bytes, in an array} */
    byte[] toArray() {
        byte[] value = new byte[expected];
        read(value, expected);
        requireEnd();
        return value;
    }

    /** Stores an entry whose value lies outside of its leaf; returns whether the key is new. */
    boolean put(TreeRoot tree, byte[] key, Lifetime lifetime) {
        WriteView view = txn.view;
        guarded(() -> view.startRun(expected));
        long deadline;
        boolean isWhole = false;
        try {
            readInto(view);
            deadline = txn.guarded(() -> lifetime.deadline(view, tree));
            isWhole = true;
        } finally {
            if (!isWhole) {
                view.dropRun();
            }
        }
        return txn.guarded(() -> view.putRun(tree, key, key.length, deadline));
    }

    private void readInto(WriteView view) {
        byte[] piece = new byte[Math.min(expected, PIECE_BYTES)];
        while (done < expected) {
            int count = (int) Math.min(piece.length, expected - done);
            read(piece, count);
            guarded(() -> view.addToRun(piece, count));
        }
        requireEnd();
    }

    private void guarded(Runnable operation) {
        try {
            operation.run();
        } catch (RuntimeException | Error e) {
            throw txn.store.failed(e);
        }
    }

    private void read(byte[] target, int bytes) {
        for (int at = 0; at < bytes; ) {
            int count = next(target, at, bytes - at);
            if (count < 0) {
                throw new ValueStreamException("ended early", done, expected, null);
            }
            at += count;
            done += count;
        }
    }

    private void requireEnd() {
        if (next(new byte[1], 0, 1) >= 0) {
            throw new ValueStreamException("is longer than stated", done + 1, expected, null);
        }
    }

    private int next(byte[] target, int at, int bytes) {
        int count;
        try {
            count = txn.callOut(() -> stream.read(target, at, bytes));
        } catch (IOException e) {
            throw new ValueStreamException("failed", done, expected, e);
        }
        if (count > bytes) {
            throw new ValueStreamException(
                    "gave " + count + " bytes where " + bytes + " were asked for",
                    done,
                    expected,
                    null);
        }
        return count;
    }
}
