package dev.coppice.perf.figures;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;

/**
 * One workload on one store, in a JVM of its own: reports nanoseconds per operation.
 *
 * <p>Thread safety: one thread.
 */
final class QuickTrial {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int PASSES = 3;
    private static final int MOST_COMMITS = 200_000;
    private static final int DURABLE_COMMITS = 1_000;
    private static final int PUTS_PER_COMMIT = 100;

    private final Subject.Kind kind;
    private final Path folder;
    private final int count;
    private final int commits;
    private final Entries entries = new Entries();
    private final byte[] key = new byte[Entries.KEY_BYTES];
    private final byte[] value = new byte[Entries.VALUE_BYTES];
    private long sum;

    private QuickTrial(Subject.Kind kind, Path folder, int count) {
        this.kind = kind;
        this.folder = folder;
        this.count = count;
        this.commits = Math.min(MOST_COMMITS, count / (PASSES + 1));
    }

    /** Arguments: kind, workload, folder, entries. */
    public static void main(String[] args) throws IOException {
        var trial =
                new QuickTrial(
                        Subject.Kind.valueOf(args[0]), Path.of(args[2]), Integer.parseInt(args[3]));
        Times times = trial.measure(Workload.valueOf(args[1]));
        Fork.result(times.wall(), times.processor(), trial.sum);
    }

    /** Nanoseconds per operation, by the clock and of the thread's processor time. */
    private record Times(double wall, double processor) {}

    /** A started measurement. */
    private record Watch(long wall, long processor) {
        static Watch start() {
            return new Watch(System.nanoTime(), THREADS.getCurrentThreadCpuTime());
        }

        Times stop(long operations) {
            long processorNow = THREADS.getCurrentThreadCpuTime();
            return new Times(
                    (System.nanoTime() - wall) / (double) operations,
                    (processorNow - processor) / (double) operations);
        }
    }

    private interface Pass {
        /** Does a pass; returns how many operations it had. */
        long run(int pass);
    }

    private Times measure(Workload workload) throws IOException {
        if (workload.usesStoreBefore()) {
            try (Subject subject = kind.open(folder, workload.isDurable())) {
                return measure(subject, workload);
            }
        }
        boolean isAscending = workload == Workload.LOAD_ASCENDING;
        Path scratch = folder.resolveSibling(folder.getFileName() + "-scratch");
        for (int i = 0; i < 2; i++) {
            load(scratch, Math.max(1, count / 5), isAscending);
        }
        Times times = load(folder, count, isAscending);
        DiskUse.delete(scratch);
        return times;
    }

    private Times load(Path target, int loaded, boolean isAscending) throws IOException {
        DiskUse.emptied(target);
        Keys keys = isAscending ? Keys.ascending(0, loaded) : Keys.random(loaded, 1);
        try (Subject subject = kind.open(target, false)) {
            Watch watch = Watch.start();
            subject.begin();
            for (int i = 0; i < loaded; i++) {
                keys.copy(i, key);
                entries.value(i, value, 0);
                if (isAscending) {
                    subject.append(key, value);
                } else {
                    subject.put(key, value);
                }
            }
            subject.commit();
            return watch.stop(loaded);
        }
    }

    private Times measure(Subject subject, Workload workload) {
        return switch (workload) {
            case GET, GET_OPENING, GET_RENEWING -> gets(subject, workload);
            case SCAN -> {
                subject.openSnapshot();
                Times times = passes(_ -> scanned(subject));
                subject.closeSnapshot();
                yield times;
            }
            case STEP -> {
                subject.openSnapshot();
                Times times = passes(_ -> subject.step());
                subject.closeSnapshot();
                yield times;
            }
            case COMMIT_RANDOM -> puts(subject, Keys.random(allCommits(), count, 3), 1);
            case COMMIT_HUNDREDS ->
                    puts(subject, Keys.random(allCommits(), count, 4), PUTS_PER_COMMIT);
            case COMMIT_DURABLY -> {
                int durable = Math.min(count, DURABLE_COMMITS * (PASSES + 1));
                yield puts(subject, Keys.random(durable, count, 5), 1);
            }
            case COMMIT_ASCENDING -> puts(subject, Keys.ascending(count, allCommits()), 1);
            case LOAD_RANDOM, LOAD_ASCENDING ->
                    throw new IllegalArgumentException("a load makes its store: " + workload);
        };
    }

    private int allCommits() {
        return commits * (PASSES + 1);
    }

    private long scanned(Subject subject) {
        sum += subject.scan();
        return count;
    }

    private Times gets(Subject subject, Workload workload) {
        Keys keys = Keys.random(count, 2);
        return switch (workload) {
            case GET -> {
                subject.openSnapshot();
                Times times = passes(_ -> getAll(subject, keys));
                subject.closeSnapshot();
                yield times;
            }
            case GET_OPENING -> passes(_ -> getAllOpening(subject, keys));
            default -> passes(_ -> getAllRenewing(subject, keys));
        };
    }

    private long getAll(Subject subject, Keys keys) {
        for (int i = 0; i < keys.count(); i++) {
            keys.copy(i, key);
            sum += found(subject.get(key, value));
        }
        return keys.count();
    }

    private long getAllOpening(Subject subject, Keys keys) {
        for (int i = 0; i < keys.count(); i++) {
            keys.copy(i, key);
            subject.openSnapshot();
            sum += found(subject.get(key, value));
            subject.closeSnapshot();
        }
        return keys.count();
    }

    private long getAllRenewing(Subject subject, Keys keys) {
        for (int i = 0; i < keys.count(); i++) {
            keys.copy(i, key);
            sum += found(subject.getFromFreshSnapshot(key, value));
        }
        return keys.count();
    }

    private int found(int bytes) {
        if (bytes != Entries.VALUE_BYTES) {
            throw new IllegalStateException("a value is missing or wrong: bytes=" + bytes);
        }
        return value[0];
    }

    private Times puts(Subject subject, Keys keys, int perCommit) {
        int perPass = keys.count() / (PASSES + 1);
        return passes(pass -> putPass(subject, keys, pass * perPass, perPass, perCommit));
    }

    private long putPass(Subject subject, Keys keys, int first, int puts, int perCommit) {
        int left = 0;
        for (int i = first; i < first + puts; i++) {
            if (left == 0) {
                subject.begin();
                left = Math.min(perCommit, first + puts - i);
            }
            keys.copy(i, key);
            entries.value(i + 7L, value, 0);
            subject.put(key, value);
            if (--left == 0) {
                subject.commit();
            }
        }
        return puts;
    }

    /** {@return nanoseconds per operation, median of the passes behind one for warming up} */
    private static Times passes(Pass pass) {
        pass.run(0);
        Sample wall = new Sample();
        Sample processor = new Sample();
        for (int i = 1; i <= PASSES; i++) {
            Watch watch = Watch.start();
            Times times = watch.stop(pass.run(i));
            wall.add(times.wall());
            processor.add(times.processor());
        }
        return new Times(wall.median(), processor.median());
    }
}
