package dev.coppice.perf.compare.work;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/** Watches how busy the JIT compiler is. Thread safety: one thread. */
final class CompilerWatch {
    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private long lastNanos = System.nanoTime();
    private long lastCompiledMillis = compiler.getTotalCompilationTime();

    /** {@return the share of the time since it was last asked that went into compiling} */
    double share() {
        long elapsedNanos = System.nanoTime() - lastNanos;
        long compiledMillis = compiler.getTotalCompilationTime() - lastCompiledMillis;
        lastNanos += elapsedNanos;
        lastCompiledMillis += compiledMillis;
        return compiledMillis * 1e6 / elapsedNanos;
    }
}
