package dev.coppice.fuzz.crash;

import static dev.coppice.SyncLevel.FULL;
import static dev.coppice.SyncLevel.NORMAL;
import static dev.coppice.SyncLevel.OFF;

import dev.coppice.SyncLevel;
import java.util.Random;
import java.util.function.Consumer;

/** What transactions of scripts do. Stateless. */
final class Changes {
    static final SyncLevel[] LEVELS = {NORMAL, FULL, OFF};

    private Changes() {}

    /** Puts entries of so many bytes, every so manieth number. */
    static Consumer<Txn> puts(int from, int count, int stride, int version, int bytes) {
        return txn -> {
            for (int i = 0; i < count; i++) {
                int number = from + i * stride;
                txn.put(Bytes.key(number), Bytes.value(number * 1000 + version, bytes));
            }
        };
    }

    /** Changes a few entries here and there. */
    static Consumer<Txn> churn(int seed) {
        return txn -> {
            Random random = new Random(seed);
            for (int i = 0; i < 4; i++) {
                int number = random.nextInt(120);
                txn.put(Bytes.key(number), Bytes.value(random.nextInt(), random.nextInt(90)));
                txn.delete(Bytes.key(random.nextInt(120)));
            }
        };
    }

    /** Puts entries into a family. */
    static void putFamily(Txn txn, String family, int from, int count) {
        for (int i = from; i < from + count; i++) {
            txn.put(family, Bytes.key(i), Bytes.value(i + family.hashCode(), 60));
        }
    }
}
