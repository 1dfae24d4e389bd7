package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Overwrites with or without a held snapshot, in a JVM of its own. Thread safety: one thread. */
final class GrowthTrial {
    private static final int KEYS = 100_000;
    private static final int PUTS_PER_COMMIT = 100;

    private final Subject subject;
    private final Entries entries = new Entries();
    private final SplittableRandom random = new SplittableRandom(5);
    private final byte[] key = new byte[Entries.KEY_BYTES];
    private final byte[] value = new byte[Entries.VALUE_BYTES];

    private GrowthTrial(Subject subject) {
        this.subject = subject;
    }

    /** Arguments: kind, folder, overwrites, overwrites behind the snapshot, is a snapshot held. */
    public static void main(String[] args) throws IOException {
        Subject.Kind kind = Subject.Kind.valueOf(args[0]);
        Path folder = Path.of(args[1]);
        Path file = kind.dataFile(folder);
        try (Subject subject = kind.open(DiskUse.emptied(folder), false)) {
            var trial = new GrowthTrial(subject);
            trial.load();
            DiskUse loaded = DiskUse.of(file);
            boolean isHeld = Boolean.parseBoolean(args[4]);
            if (isHeld) {
                subject.openSnapshot();
            }
            long start = System.nanoTime();
            long overwrites = Long.parseLong(args[2]);
            trial.overwrite(overwrites);
            double nanos = (System.nanoTime() - start) / (double) overwrites;
            DiskUse worn = DiskUse.of(file);
            if (isHeld) {
                subject.closeSnapshot();
            }
            trial.overwrite(Long.parseLong(args[3]));
            DiskUse after = DiskUse.of(file);
            Fork.result(
                    loaded.allocated(),
                    worn.length(),
                    worn.allocated(),
                    after.length(),
                    after.allocated(),
                    nanos);
        }
    }

    private void load() {
        KeyOrder order = new KeyOrder(KEYS, 1);
        subject.begin();
        for (int i = 0; i < KEYS; i++) {
            put(order.at(i));
        }
        subject.commit();
    }

    private void overwrite(long count) {
        for (long done = 0; done < count; done += PUTS_PER_COMMIT) {
            subject.begin();
            for (int i = 0; i < PUTS_PER_COMMIT; i++) {
                put(random.nextInt(KEYS));
            }
            subject.commit();
        }
    }

    private void put(long number) {
        Entries.key(number, key, 0);
        entries.value(random.nextLong(), value, 0);
        subject.put(key, value);
    }
}
