package dev.coppice.perf.figures;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The JVM that {@link Before} measures times in. */
final class BeforeTrial {
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 5;

    private BeforeTrial() {}

    public static void main(String[] args) {
        long entries = Long.parseLong(args[0]);
        BeforeWork.Step[] steps = BeforeWork.Step.values();
        double[] nanos = new double[steps.length];
        double[] bytes = new double[steps.length];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (int round = 0; round < WARM_UPS + ROUNDS; round++) {
            try (BeforeWork work = new BeforeWork(entries, null)) {
                for (int i = 0; i < steps.length; i++) {
                    long allocated = threads.getCurrentThreadAllocatedBytes();
                    long started = threads.getCurrentThreadCpuTime();
                    work.run(steps[i]);
                    long took = threads.getCurrentThreadCpuTime() - started;
                    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
                    if (round >= WARM_UPS) {
                        nanos[i] += (double) took / work.operations(steps[i]) / ROUNDS;
                        bytes[i] += (double) allocated / work.operations(steps[i]) / ROUNDS;
                    }
                }
                sum += work.sum();
            }
        }
        List<Object> result = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            String name = steps[i].name().toLowerCase(Locale.ROOT);
            result.add(name + "-cpu-ns");
            result.add(nanos[i]);
            result.add(name + "-bytes-allocated");
            result.add(String.format(Locale.ROOT, "%.3f", bytes[i]));
        }
        Fork.line("sum", sum);
        Fork.result(result.toArray());
    }
}
