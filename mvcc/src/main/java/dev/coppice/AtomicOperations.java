package dev.coppice;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Operations that read one entry of a family and change it, with nothing in between: as a part of a
 * transaction where {@link WriteHandle#atomic} gave them, each as a transaction of its own where
 * {@link Store#atomic} did.
 *
 * {@snippet :
 * long visits = store.atomic(VISITS).increment("home", 1);
 * boolean isMine = store.atomic(LOCKS).withLifetime(MINUTE).putIfAbsent("job", me);
 * }
 *
 * <p>Keys and values are bytes, or both text, which is UTF-8. An entry that has expired is not
 * there. What {@link #putIfAbsent}, {@link #compareAndSet} and {@link #getAndPut} store has the
 * {@link #withLifetime lifetime} of these operations, which is that of the family unless it is
 * chosen; what was there before goes with its deadline. {@link #increment} and {@link #merge} leave
 * the deadline of an entry that is there as it is.
 *
 * <p>An operation that throws changes nothing. Besides what is said with each, it throws {@link
 * IllegalArgumentException} for a key that is empty or longer than 65,536 bytes, for a family that
 * is not there, and for text that is no UTF-8; and as a transaction of its own what {@link
 * Store#begin()} and {@link WriteHandle#commit} throw.
 *
 * <p>Thread safety: that of the store or of the transaction.
 */
public final class AtomicOperations {
    private static final VarHandle COUNTER =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Scope scope;
    private final ColumnFamily family;
    private final Lifetime lifetime;

    /** Where operations are done. */
    private sealed interface Scope {
        <T extends @Nullable Object> T run(Function<WriteHandle, T> operation);
    }

    private record Joined(WriteHandle handle) implements Scope {
        @Override
        public <T extends @Nullable Object> T run(Function<WriteHandle, T> operation) {
            return operation.apply(handle);
        }
    }

    private record Alone(Store store) implements Scope {
        @Override
        public <T extends @Nullable Object> T run(Function<WriteHandle, T> operation) {
            try (WriteTransaction txn = store.begin()) {
                T result = operation.apply(txn);
                txn.commit();
                return result;
            }
        }
    }

    private AtomicOperations(Scope scope, ColumnFamily family, Lifetime lifetime) {
        this.scope = scope;
        this.family = Objects.requireNonNull(family, "family");
        this.lifetime = Objects.requireNonNull(lifetime, "lifetime");
    }

    /** {@return operations that are a part of what a handle's transaction does} */
    static AtomicOperations in(WriteHandle handle, ColumnFamily family) {
        return new AtomicOperations(new Joined(handle), family, Lifetime.OF_FAMILY);
    }

    /** {@return operations that are transactions of their own} */
    static AtomicOperations on(Store store, ColumnFamily family) {
        return new AtomicOperations(new Alone(store), family, Lifetime.OF_FAMILY);
    }

    /** {@return the same operations, whose new entries live as long as it says} */
    public AtomicOperations withLifetime(Lifetime newLifetime) {
        return new AtomicOperations(scope, family, newLifetime);
    }

    /**
     * Stores an entry unless the key is there; returns whether it was stored. What is there stays
     * as it is, its deadline too.
     */
    public boolean putIfAbsent(byte[] key, byte[] value) {
        return putIfAbsent(key, key.length, value);
    }

    /** As {@link #putIfAbsent(byte[], byte[])}. */
    public boolean putIfAbsent(long key, byte[] value) {
        return putIfAbsent(bytes(key), Long.BYTES, value);
    }

    /** As {@link #putIfAbsent(byte[], byte[])}. */
    public boolean putIfAbsent(KeyBuilder key, byte[] value) {
        return putIfAbsent(key.array(), key.length(), value);
    }

    /** As {@link #putIfAbsent(byte[], byte[])}. */
    public boolean putIfAbsent(String key, String value) {
        return putIfAbsent(Utf8.bytes(key), Utf8.bytes(value));
    }

    private boolean putIfAbsent(byte[] key, int keyBytes, byte[] value) {
        return scope.run(txn -> txn.putIfAbsent(family, key, keyBytes, value, lifetime));
    }

    /**
     * Replaces a value if it is the expected one; returns whether it was.
     *
     * @param expected null: the key is not there
     * @param replacement null: the entry is removed
     */
    public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
        return compareAndSet(key, key.length, expected, replacement);
    }

    /** As {@link #compareAndSet(byte[], byte[], byte[])}. */
    public boolean compareAndSet(
            long key, byte @Nullable [] expected, byte @Nullable [] replacement) {
        return compareAndSet(bytes(key), Long.BYTES, expected, replacement);
    }

    /** As {@link #compareAndSet(byte[], byte[], byte[])}. */
    public boolean compareAndSet(
            KeyBuilder key, byte @Nullable [] expected, byte @Nullable [] replacement) {
        return compareAndSet(key.array(), key.length(), expected, replacement);
    }

    /** As {@link #compareAndSet(byte[], byte[], byte[])}. */
    public boolean compareAndSet(
            String key, @Nullable String expected, @Nullable String replacement) {
        return compareAndSet(Utf8.bytes(key), bytes(expected), bytes(replacement));
    }

    private boolean compareAndSet(
            byte[] key, int keyBytes, byte @Nullable [] expected, byte @Nullable [] replacement) {
        return scope.run(txn -> {
            byte[] old = txn.value(family, key, keyBytes);
            if (!Arrays.equals(old, expected)) {
                return false;
            }
            if (replacement != null) {
                txn.put(family, key, keyBytes, replacement, 0, replacement.length, lifetime);
            } else if (old != null) {
                txn.delete(family, key, keyBytes);
            }
            return true;
        });
    }

    /** Stores an entry; returns the value that was there, or null. */
    public byte @Nullable [] getAndPut(byte[] key, byte[] value) {
        return getAndPut(key, key.length, value, old -> old);
    }

    /** As {@link #getAndPut(byte[], byte[])}. */
    public byte @Nullable [] getAndPut(long key, byte[] value) {
        return getAndPut(bytes(key), Long.BYTES, value, old -> old);
    }

    /** As {@link #getAndPut(byte[], byte[])}. */
    public byte @Nullable [] getAndPut(KeyBuilder key, byte[] value) {
        return getAndPut(key.array(), key.length(), value, old -> old);
    }

    /** As {@link #getAndPut(byte[], byte[])}. */
    public @Nullable String getAndPut(String key, String value) {
        byte[] bytes = Utf8.bytes(key);
        return getAndPut(bytes, bytes.length, Utf8.bytes(value), AtomicOperations::text);
    }

    /** The old value is made what the caller wants before anything is changed: that may throw. */
    private <T> @Nullable T getAndPut(
            byte[] key,
            int keyBytes,
            byte[] value,
            Function<byte @Nullable [], @Nullable T> result) {
        return scope.run(txn -> {
            T old = result.apply(txn.value(family, key, keyBytes));
            txn.put(family, key, keyBytes, value, 0, value.length, lifetime);
            return old;
        });
    }

    /** Removes an entry; returns the value that was there, or null. */
    public byte @Nullable [] getAndDelete(byte[] key) {
        return getAndDelete(key, key.length, old -> old);
    }

    /** As {@link #getAndDelete(byte[])}. */
    public byte @Nullable [] getAndDelete(long key) {
        return getAndDelete(bytes(key), Long.BYTES, old -> old);
    }

    /** As {@link #getAndDelete(byte[])}. */
    public byte @Nullable [] getAndDelete(KeyBuilder key) {
        return getAndDelete(key.array(), key.length(), old -> old);
    }

    /** As {@link #getAndDelete(byte[])}. */
    public @Nullable String getAndDelete(String key) {
        byte[] bytes = Utf8.bytes(key);
        return getAndDelete(bytes, bytes.length, AtomicOperations::text);
    }

    private <T> @Nullable T getAndDelete(
            byte[] key, int keyBytes, Function<byte @Nullable [], @Nullable T> result) {
        return scope.run(txn -> {
            T old = result.apply(txn.value(family, key, keyBytes));
            if (old != null) {
                txn.delete(family, key, keyBytes);
            }
            return old;
        });
    }

    /**
     * Adds to a counter, which is a value of 8 bytes, little-endian; where the key is not there, to
     * 0. Unlike {@link WriteHandle#addLong}, it does not wrap around.
     *
     * @return the sum
     * @throws IllegalArgumentException when the value there is not 8 bytes long
     * @throws ArithmeticException when the sum is no long
     */
    public long increment(byte[] key, long delta) {
        return increment(key, key.length, delta);
    }

    /** As {@link #increment(byte[], long)}. */
    public long increment(long key, long delta) {
        return increment(bytes(key), Long.BYTES, delta);
    }

    /** As {@link #increment(byte[], long)}. */
    public long increment(KeyBuilder key, long delta) {
        return increment(key.array(), key.length(), delta);
    }

    /** As {@link #increment(byte[], long)}. */
    public long increment(String key, long delta) {
        return increment(Utf8.bytes(key), delta);
    }

    private long increment(byte[] key, int keyBytes, long delta) {
        byte[] sum = update(key, keyBytes, (txn, old) -> sum(old, delta));
        return (long) COUNTER.get(Objects.requireNonNull(sum), 0);
    }

    private static byte[] sum(byte @Nullable [] old, long delta) {
        if (old != null && old.length != Long.BYTES) {
            throw new IllegalArgumentException(
                    "increment: the value is no counter: valueBytes="
                            + old.length
                            + ", must be "
                            + Long.BYTES);
        }
        long value = old == null ? 0 : (long) COUNTER.get(old, 0);
        if (delta > 0 ? value > Long.MAX_VALUE - delta : value < Long.MIN_VALUE - delta) {
            throw new ArithmeticException(
                    "increment: value="
                            + value
                            + ", delta="
                            + delta
                            + ", the sum must be "
                            + Long.MIN_VALUE
                            + " to "
                            + Long.MAX_VALUE);
        }
        byte[] sum = new byte[Long.BYTES];
        COUNTER.set(sum, 0, value + delta);
        return sum;
    }

    /**
     * Replaces a value by what a function makes of it: it is given the value, or null where the key
     * is not there, and returns the new one, or null to remove the entry.
     *
     * <p>Everybody who wants to write waits while the function runs. It may read the store, but not
     * use the transaction nor begin one: that is an {@link IllegalStateException}.
     *
     * @return what the function returned
     * @throws RuntimeException what the function throws; the transaction is as it was before
     */
    public byte @Nullable [] merge(byte[] key, UnaryOperator<byte @Nullable []> function) {
        // Whatever the function does to the array.
        return merge(key.clone(), key.length, function);
    }

    /** As {@link #merge(byte[], UnaryOperator)}. */
    public byte @Nullable [] merge(long key, UnaryOperator<byte @Nullable []> function) {
        return merge(bytes(key), Long.BYTES, function);
    }

    /** As {@link #merge(byte[], UnaryOperator)}. */
    public byte @Nullable [] merge(KeyBuilder key, UnaryOperator<byte @Nullable []> function) {
        return merge(key.toBytes(), key.length(), function);
    }

    /** As {@link #merge(byte[], UnaryOperator)}. */
    public @Nullable String merge(String key, UnaryOperator<@Nullable String> function) {
        Objects.requireNonNull(function, "function");
        return text(merge(Utf8.bytes(key), old -> bytes(function.apply(text(old)))));
    }

    private byte @Nullable [] merge(
            byte[] key, int keyBytes, UnaryOperator<byte @Nullable []> function) {
        Objects.requireNonNull(function, "function");
        return update(key, keyBytes, (txn, old) -> txn.callOut(() -> function.apply(old)));
    }

    /** What makes a new value of an old one. */
    private interface Change {
        byte @Nullable [] apply(WriteHandle txn, byte @Nullable [] old);
    }

    /** Replaces a value, whose deadline stays. */
    private byte @Nullable [] update(byte[] key, int keyBytes, Change change) {
        return scope.run(txn -> {
            byte[] old = txn.value(family, key, keyBytes);
            long deadline = old == null ? 0 : txn.deadline(family, key, keyBytes);
            byte[] replacement = change.apply(txn, old);
            if (replacement == null) {
                if (old != null) {
                    txn.delete(family, key, keyBytes);
                }
                return null;
            }
            if (old == null) {
                txn.put(family, key, keyBytes, replacement, 0, replacement.length, lifetime);
            } else {
                txn.putUntil(family, key, keyBytes, replacement, deadline);
            }
            return replacement;
        });
    }

    private static byte[] bytes(long key) {
        return Keys.encode(key, new byte[Long.BYTES]);
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : Utf8.bytes(text);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : Utf8.text(bytes);
    }
}
