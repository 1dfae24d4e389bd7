package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/**
 * Commits that keep an invariant which every snapshot can be held to: the numbers in three column
 * families add up to what the default family says, and each value shows what it has to be.
 * Stateless.
 */
final class Sums {
    private static final List<ColumnFamily> FAMILIES =
            List.of(ColumnFamily.of("a"), ColumnFamily.of("b"), ColumnFamily.of("c"));
    private static final byte[] TOTAL = Samples.text("total");
    private static final int KEYS = 1500;
    private static final int PUTS_PER_COMMIT = 8;

    /** So many commits put more than they delete, then so many the other way round. */
    private static final int PHASE = 150;

    /**
     * What the default family says.
     *
     * @param sum of the numbers
     * @param count of them
     * @param number of commits
     */
    record Total(long sum, long count, long number) {}

    private Sums() {}

    /** Commits the next change; returns its number, from 1. */
    static long commit(Store store, Random random) {
        try (WriteTransaction txn = store.begin()) {
            Total total = read(txn.get(ColumnFamily.DEFAULT, TOTAL));
            long sum = total.sum();
            long count = total.count();
            boolean isShrinking = total.number() / PHASE % 2 == 1;
            for (int i = 0; i < PUTS_PER_COMMIT; i++) {
                ColumnFamily family = FAMILIES.get(random.nextInt(FAMILIES.size()));
                byte[] key = Samples.key(random.nextInt(KEYS));
                byte[] old = txn.get(family, key);
                if (old != null) {
                    sum -= ByteBuffer.wrap(old).getLong();
                    count--;
                }
                if (isShrinking && random.nextInt(8) > 0) {
                    txn.delete(family, key);
                } else {
                    long number = random.nextInt(1_000_000);
                    txn.put(family, key, value(number, valueBytes(random)));
                    sum += number;
                    count++;
                }
            }
            long number = total.number() + 1;
            byte[] entry =
                    ByteBuffer.allocate(24).putLong(sum).putLong(count).putLong(number).array();
            txn.put(ColumnFamily.DEFAULT, TOTAL, entry);
            txn.commit();
            return number;
        }
    }

    private static Total read(byte[] entry) {
        if (entry == null) {
            return new Total(0, 0, 0);
        }
        ByteBuffer fields = ByteBuffer.wrap(entry);
        return new Total(fields.getLong(), fields.getLong(), fields.getLong());
    }

    /** Mostly inside a page, sometimes in a run of pages. */
    private static int valueBytes(Random random) {
        int dice = random.nextInt(200);
        if (dice == 0) {
            return 40_000 + random.nextInt(1000);
        }
        return dice < 8 ? 1000 + random.nextInt(6000) : Long.BYTES + random.nextInt(100);
    }

    private static byte[] value(long number, int bytes) {
        byte[] value = new byte[bytes];
        ByteBuffer.wrap(value).putLong(number);
        for (int at = Long.BYTES; at < bytes; at++) {
            value[at] = (byte) (number * 31 + at);
        }
        return value;
    }

    /** {@return the number of the snapshot's commit, after everything in it was compared} */
    static long verify(Snapshot snapshot) {
        Total total = read(snapshot.get(ColumnFamily.DEFAULT, TOTAL));
        long sum = 0;
        long count = 0;
        for (ColumnFamily family : FAMILIES) {
            if (total.number() == 0) {
                continue;
            }
            try (Cursor cursor = snapshot.cursor(family)) {
                while (cursor.next()) {
                    byte[] value = cursor.value();
                    long number = ByteBuffer.wrap(value).getLong();
                    for (int at = Long.BYTES; at < value.length; at++) {
                        assertTrue(value[at] == (byte) (number * 31 + at), "byte " + at);
                    }
                    sum += number;
                    count++;
                }
            }
        }
        assertEquals(total.sum(), sum, "sum");
        assertEquals(total.count(), count, "count");
        return total.number();
    }

    /** {@return the number of the newest commit, after everything in it was compared} */
    static long verify(Store store) {
        try (Snapshot snapshot = store.snapshot()) {
            return verify(snapshot);
        }
    }

    /** Creates what the commits change. */
    static void create(Store store) {
        try (WriteTransaction txn = store.begin()) {
            FAMILIES.forEach(txn::createFamily);
            txn.commit();
        }
    }

    /** A configuration under which a small store does much. */
    static StoreConfig config() {
        return StoreConfig.defaults()
                .withPageBytes(1024)
                .withCheckpointBytes(1 << 17)
                .withCheckpointIntervalMillis(20)
                .withCloseTimeoutMillis(0);
    }

    static StoreConfig readOnly() {
        return config().withReadOnly(true);
    }
}
