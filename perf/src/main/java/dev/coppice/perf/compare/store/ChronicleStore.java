package dev.coppice.perf.compare.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import net.openhft.chronicle.map.ChronicleMap;

/** Chronicle Map: a hash table in a mapped file, for single keys only. Thread safety: any. */
final class ChronicleStore implements Subject {
    private static final double ROOM = 1.5;

    private final ChronicleMap<byte[], byte[]> map;

    ChronicleStore(Opening opening) {
        try {
            map =
                    ChronicleMap.of(byte[].class, byte[].class)
                            .name("entries")
                            .constantKeySizeBySample(new byte[opening.keyBytes()])
                            .constantValueSizeBySample(new byte[opening.valueBytes()])
                            .entries((long) (opening.entries() * ROOM))
                            .putReturnsNull(true)
                            .removeReturnsNull(true)
                            .createPersistedTo(opening.folder().resolve("data.chronicle").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Reads reads() {
        return new Reading();
    }

    @Override
    public Writes writes() {
        return new Writing();
    }

    @Override
    public void settle() {
        // It leaves writing to the system.
    }

    @Override
    public void close() {
        map.close();
    }

    private int get(byte[] key, byte[] target) {
        byte[] value = map.getUsing(key, target);
        if (value != null) {
            // Mostly onto itself: it fills the array that it is given where that has the length.
            System.arraycopy(value, 0, target, 0, value.length);
        }
        return value == null ? -1 : value.length;
    }

    private final class Reading implements Reads {
        @Override
        public void refresh() {
            // Each call is at the newest state; there are no snapshots.
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return ChronicleStore.this.get(key, target);
        }

        @Override
        public int getNewest(byte[] key, byte[] target) {
            return ChronicleStore.this.get(key, target);
        }

        @Override
        public boolean exists(byte[] key) {
            return map.containsKey(key);
        }

        @Override
        public Walk walk() {
            throw new UnsupportedOperationException("a hash table has no order");
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private final class Writing implements Writes {
        @Override
        public void begin() {
            // No transactions.
        }

        @Override
        public void put(byte[] key, byte[] value) {
            map.put(key, value);
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return ChronicleStore.this.get(key, target);
        }

        @Override
        public boolean delete(byte[] key) {
            // It is told not to say what was there.
            map.remove(key);
            return true;
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            throw new UnsupportedOperationException("a hash table has no order");
        }

        @Override
        public void commit() {
            // No transactions.
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
