package dev.coppice.perf.compare.store;

/** A walk over a store that delivers keys and values as arrays. Thread safety: one thread. */
abstract class ArrayWalk implements Walk {
    abstract byte[] key();

    abstract byte[] value();

    @Override
    public int valueByte() {
        return value()[0];
    }

    @Override
    public long valueSum() {
        byte[] value = value();
        return Sums.of(value, 0, value.length);
    }

    @Override
    public int copyKey(byte[] target) {
        return copied(key(), target);
    }

    @Override
    public int copyValue(byte[] target) {
        return copied(value(), target);
    }

    /** Copies an array; returns its length, -1 where there is none. */
    static int copied(byte[] bytes, byte[] target) {
        if (bytes == null) {
            return -1;
        }
        System.arraycopy(bytes, 0, target, 0, bytes.length);
        return bytes.length;
    }
}
