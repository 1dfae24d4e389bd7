package dev.coppice;

import dev.coppice.error.StoreException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are written down now, outside of any transaction, and done later, all or none: by
 * {@link Store#apply}, {@link Store#trySubmit}, or {@link WriteHandle#apply}.
 *
 * {@snippet :
 * WriteBatch batch = new WriteBatch();
 * batch.put(QUOTES, symbol, quote).addLong(COUNTERS, symbol, 1);
 * long txn = store.apply(batch);
 * batch.clear();
 * }
 *
 * <p>Keys and values are copied. The memory is used again after {@link #clear}; a batch may also be
 * applied again as it is.
 *
 * <p>Thread safety: one thread at a time fills it. Once submitted it belongs to the store until it
 * is done: changing or submitting it meanwhile is an {@link IllegalStateException}. {@link
 * #isDone}, {@link #await} and {@link #txn} are for any thread.
 */
public final class WriteBatch {
    /*
     * One operation after the other: kind, number of the family, then what the kind needs: lengths
     * as ints before the bytes of keys and values. A length of -1 stands for a bound that is open.
     */
    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte DELETE_RANGE = 3;
    private static final byte ADD_LONG = 4;
    private static final byte PUT_FOR = 5;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private enum State {
        IDLE,
        SUBMITTED,
        DONE
    }

    // Of who fills it, then of the store.
    private final List<ColumnFamily> families = new ArrayList<>();
    private final byte[] longKey = new byte[Long.BYTES];
    private byte[] data = new byte[256];
    private int size;
    private int count;

    // Of who applies it: where it reads.
    private byte[] key = new byte[64];
    private int at;

    // Guarded by this monitor; the state is also read without it.
    private volatile State state = State.IDLE;
    private long txn;
    private @Nullable Throwable failure;

    /** Creates an empty batch. */
    public WriteBatch() {}

    /** Adds a put into the default family. */
    public WriteBatch put(byte[] key, byte[] value) {
        return put(ColumnFamily.DEFAULT, key, value);
    }

    /** Adds a put. */
    public WriteBatch put(ColumnFamily family, byte[] key, byte[] value) {
        return put(family, key, key.length, value, 0, value.length);
    }

    /** Adds a put. */
    public WriteBatch put(ColumnFamily family, long key, byte[] value) {
        return put(family, encoded(key), Long.BYTES, value, 0, value.length);
    }

    /** Adds a put. */
    public WriteBatch put(ColumnFamily family, KeyBuilder key, byte[] value) {
        return put(family, key.array(), key.length(), value, 0, value.length);
    }

    /** Adds a put of a part of an array. */
    public WriteBatch put(ColumnFamily family, byte[] key, byte[] value, int offset, int length) {
        return put(family, key, key.length, value, offset, length);
    }

    /** Adds a put of a part of an array. */
    public WriteBatch put(ColumnFamily family, long key, byte[] value, int offset, int length) {
        return put(family, encoded(key), Long.BYTES, value, offset, length);
    }

    private WriteBatch put(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, int offset, int length) {
        Keys.checkLength(keyBytes);
        Values.check(value, offset, length);
        start(PUT, family, 2L * Integer.BYTES + keyBytes + length);
        addBytes(key, 0, keyBytes);
        addBytes(value, offset, length);
        return this;
    }

    /** Adds a put with a lifetime; a time to live begins when the batch is applied. */
    public WriteBatch put(ColumnFamily family, byte[] key, byte[] value, Lifetime lifetime) {
        return put(family, key, key.length, value, lifetime);
    }

    /** Adds a put with a lifetime; a time to live begins when the batch is applied. */
    public WriteBatch put(ColumnFamily family, long key, byte[] value, Lifetime lifetime) {
        return put(family, encoded(key), Long.BYTES, value, lifetime);
    }

    /** Adds a put with a lifetime; a time to live begins when the batch is applied. */
    public WriteBatch put(ColumnFamily family, KeyBuilder key, byte[] value, Lifetime lifetime) {
        return put(family, key.array(), key.length(), value, lifetime);
    }

    private WriteBatch put(
            ColumnFamily family, byte[] key, int keyBytes, byte[] value, Lifetime lifetime) {
        Keys.checkLength(keyBytes);
        Objects.requireNonNull(lifetime, "lifetime");
        start(PUT_FOR, family, 3L * Integer.BYTES + Long.BYTES + keyBytes + value.length);
        addInt(lifetime.code());
        LONG.set(data, size, lifetime.millis());
        size += Long.BYTES;
        addBytes(key, 0, keyBytes);
        addBytes(value, 0, value.length);
        return this;
    }

    /** Adds a delete from the default family. */
    public WriteBatch delete(byte[] key) {
        return delete(ColumnFamily.DEFAULT, key, key.length);
    }

    /** Adds a delete; that nothing may be there is no mistake. */
    public WriteBatch delete(ColumnFamily family, byte[] key) {
        return delete(family, key, key.length);
    }

    /** Adds a delete; that nothing may be there is no mistake. */
    public WriteBatch delete(ColumnFamily family, long key) {
        return delete(family, encoded(key), Long.BYTES);
    }

    /** Adds a delete; that nothing may be there is no mistake. */
    public WriteBatch delete(ColumnFamily family, KeyBuilder key) {
        return delete(family, key.array(), key.length());
    }

    private WriteBatch delete(ColumnFamily family, byte[] key, int keyBytes) {
        Keys.checkLength(keyBytes);
        start(DELETE, family, (long) Integer.BYTES + keyBytes);
        addBytes(key, 0, keyBytes);
        return this;
    }

    /** Adds a delete of all entries in a range. */
    public WriteBatch deleteRange(ColumnFamily family, KeyRange range) {
        byte[] from = range.lower();
        byte[] to = range.upper();
        long bytes = 2L * Integer.BYTES;
        bytes += from == null ? 0 : from.length;
        bytes += to == null ? 0 : to.length;
        start(DELETE_RANGE, family, bytes);
        addBound(from);
        addBound(to);
        return this;
    }

    /** Adds an addition to a counter, as {@link EntryWrites#addLong}. */
    public WriteBatch addLong(ColumnFamily family, byte[] key, long delta) {
        return addLong(family, key, key.length, delta);
    }

    /** Adds an addition to a counter, as {@link EntryWrites#addLong}. */
    public WriteBatch addLong(ColumnFamily family, long key, long delta) {
        return addLong(family, encoded(key), Long.BYTES, delta);
    }

    /** Adds an addition to a counter, as {@link EntryWrites#addLong}. */
    public WriteBatch addLong(ColumnFamily family, KeyBuilder key, long delta) {
        return addLong(family, key.array(), key.length(), delta);
    }

    private WriteBatch addLong(ColumnFamily family, byte[] key, int keyBytes, long delta) {
        Keys.checkLength(keyBytes);
        start(ADD_LONG, family, (long) Integer.BYTES + keyBytes + Long.BYTES);
        addBytes(key, 0, keyBytes);
        LONG.set(data, size, delta);
        size += Long.BYTES;
        return this;
    }

    private byte[] encoded(long number) {
        requireIdle();
        return Keys.encode(number, longKey);
    }

    /** Starts an operation for which so many bytes follow. */
    private void start(byte kind, ColumnFamily family, long bytes) {
        requireIdle();
        state = State.IDLE;
        Objects.requireNonNull(family, "family");
        int number = families.indexOf(family);
        long needed = size + 1L + Integer.BYTES + bytes;
        if (needed > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "batch too large: bytes=" + needed + ", max=" + MAX_BYTES);
        }
        if (needed > data.length) {
            data = Arrays.copyOf(data, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * size)));
        }
        if (number < 0) {
            number = families.size();
            families.add(family);
        }
        data[size++] = kind;
        addInt(number);
        count++;
    }

    private void addInt(int value) {
        INT.set(data, size, value);
        size += Integer.BYTES;
    }

    private void addBytes(byte[] bytes, int from, int length) {
        addInt(length);
        System.arraycopy(bytes, from, data, size, length);
        size += length;
    }

    private void addBound(byte @Nullable [] bound) {
        if (bound == null) {
            addInt(-1);
        } else {
            addBytes(bound, 0, bound.length);
        }
    }

    /** Forgets all operations and the outcome; the memory is used again. */
    public void clear() {
        requireIdle();
        state = State.IDLE;
        families.clear();
        size = 0;
        count = 0;
    }

    /** {@return the number of operations} */
    public int count() {
        return count;
    }

    /** {@return bytes that the operations take in the batch} */
    public long bytes() {
        return size;
    }

    /** Does all operations, in their order. */
    void applyTo(WriteHandle handle) {
        at = 0;
        while (at < size) {
            byte kind = data[at++];
            ColumnFamily family = families.get(nextInt());
            switch (kind) {
                case PUT -> {
                    int keyBytes = nextKey();
                    int length = nextInt();
                    at += length;
                    handle.put(family, key, keyBytes, data, at - length, length);
                }
                case DELETE -> {
                    int keyBytes = nextKey();
                    handle.delete(family, key, keyBytes);
                }
                case DELETE_RANGE ->
                        handle.deleteRange(family, KeyRange.of(nextBound(), nextBound()));
                case ADD_LONG -> {
                    int keyBytes = nextKey();
                    at += Long.BYTES;
                    handle.add(family, key, keyBytes, (long) LONG.get(data, at - Long.BYTES));
                }
                case PUT_FOR -> {
                    Lifetime lifetime = nextLifetime();
                    int keyBytes = nextKey();
                    int length = nextInt();
                    at += length;
                    handle.put(family, key, keyBytes, data, at - length, length, lifetime);
                }
                default -> throw new AssertionError(kind);
            }
        }
    }

    private Lifetime nextLifetime() {
        int code = nextInt();
        at += Long.BYTES;
        return Lifetime.of(code, (long) LONG.get(data, at - Long.BYTES));
    }

    private int nextInt() {
        at += Integer.BYTES;
        return (int) INT.get(data, at - Integer.BYTES);
    }

    /** Copies the next key to where the engine wants it; returns its length. */
    private int nextKey() {
        int keyBytes = nextInt();
        if (key.length < keyBytes) {
            key = new byte[Math.max(keyBytes, 2 * key.length)];
        }
        System.arraycopy(data, at, key, 0, keyBytes);
        at += keyBytes;
        return keyBytes;
    }

    private byte @Nullable [] nextBound() {
        int length = nextInt();
        if (length < 0) {
            return null;
        }
        at += length;
        return Arrays.copyOfRange(data, at - length, at);
    }

    void requireIdle() {
        if (state == State.SUBMITTED) {
            throw waiting();
        }
    }

    private static IllegalStateException waiting() {
        return new IllegalStateException(
                "the batch is submitted and not done yet: wait for it, or use another one");
    }

    /** Hands the batch over to the store. */
    synchronized void submit() {
        requireIdle();
        failure = null;
        state = State.SUBMITTED;
    }

    /** Takes the batch back as if it had not been submitted. */
    synchronized void withdraw() {
        state = State.IDLE;
        notifyAll();
    }

    /** Tells the outcome: everything is a part of transaction {@code newTxn}. */
    synchronized void done(long newTxn) {
        txn = newTxn;
        state = State.DONE;
        notifyAll();
    }

    /** Tells the outcome: nothing was done. */
    synchronized void failed(Throwable cause) {
        failure = cause;
        state = State.DONE;
        notifyAll();
    }

    /** {@return whether a submitted batch has its outcome, and was not changed since} */
    public boolean isDone() {
        return state == State.DONE;
    }

    /**
     * Waits for the outcome of a submitted batch.
     *
     * @return whether it is there; false after the timeout, and at once when it is not submitted
     * @throws InterruptedException when interrupted while it has to wait; the batch stays submitted
     */
    public synchronized boolean await(long timeout, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        while (state == State.SUBMITTED) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return isDone();
    }

    /**
     * {@return the id of the transaction that the batch was committed in}
     *
     * @throws IllegalStateException when it has no outcome yet
     * @throws StoreException when it failed, or its commit did
     * @throws IllegalArgumentException when it failed because of a mistake in it
     */
    public synchronized long txn() {
        if (state != State.DONE) {
            throw new IllegalStateException("the batch is not done: it has no transaction yet");
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return txn;
    }
}
