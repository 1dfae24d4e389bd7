package dev.coppice.perf.compare.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Threads that each keep a workload of their own, made and closed in that thread.
 *
 * <p>Thread safety: one thread.
 */
final class Crew implements AutoCloseable {
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();

    Crew(int size, IntFunction<Workload> workload) {
        for (int i = 0; i < size; i++) {
            int index = i;
            ExecutorService thread = Executors.newSingleThreadExecutor();
            threads.add(thread);
            workloads.add(result(thread.submit(() -> workload.apply(index))));
        }
    }

    /** Lets each thread run its workload; returns how many operations they did together. */
    long run(long operationsEach) {
        List<Future<Long>> runs = start(operationsEach);
        long done = 0;
        for (Future<Long> run : runs) {
            done += result(run);
        }
        return done;
    }

    /** Lets each thread run its workload, without waiting. */
    List<Future<Long>> start(long operationsEach) {
        List<Future<Long>> runs = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            Workload workload = workloads.get(i);
            runs.add(threads.get(i).submit(() -> workload.run(operationsEach)));
        }
        return runs;
    }

    static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < threads.size(); i++) {
            Workload workload = workloads.get(i);
            result(
                    threads.get(i)
                            .submit(() -> {
                                workload.close();
                                return true;
                            }));
            threads.get(i).close();
        }
    }
}
