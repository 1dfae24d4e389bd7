package dev.coppice.perf.compare.work;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Several threads at once, beside a writer or alone. Thread safety: one thread. */
final class Parallel implements Workload {
    private static final int WRITER_STEP = 64;

    private final int size;
    private final Crew crew;
    private final Crew writer;
    private final AtomicBoolean isOver = new AtomicBoolean();

    private Parallel(int size, Crew crew, Bench written) {
        this.size = size;
        this.crew = crew;
        this.writer = written == null ? null : new Crew(1, _ -> endless(written));
    }

    /** Durable commits of one put each. */
    static Parallel puts(Bench bench, int threads) {
        return new Parallel(threads, new Crew(threads, i -> Puts.random(bench, 1, 11 + i)), null);
    }

    /** Gets at the newest state, each thread with a handle of its own. */
    static Parallel gets(Bench bench, int threads, boolean hasWriter) {
        var crew = new Crew(threads, i -> new Gets(bench, Gets.State.REFRESHED, 21 + i));
        return new Parallel(threads, crew, hasWriter ? bench : null);
    }

    private Workload endless(Bench written) {
        Puts puts = Puts.random(written, 1, 31);
        return new Workload() {
            @Override
            public long run(long operations) {
                long done = 0;
                while (!isOver.get()) {
                    done += puts.run(WRITER_STEP);
                }
                return done;
            }

            @Override
            public void close() {
                puts.close();
            }
        };
    }

    @Override
    public long run(long operations) {
        long each = Math.max(1, operations / size);
        if (writer == null) {
            return crew.run(each);
        }
        isOver.set(false);
        List<Future<Long>> writing = writer.start(0);
        try {
            return crew.run(each);
        } finally {
            isOver.set(true);
            writing.forEach(Crew::result);
        }
    }

    @Override
    public void close() {
        crew.close();
        if (writer != null) {
            writer.close();
        }
    }
}
