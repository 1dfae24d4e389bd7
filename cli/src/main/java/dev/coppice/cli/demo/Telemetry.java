package dev.coppice.cli.demo;

import java.util.List;

/** Numbers that this machine says about itself. Thread safety: one thread. */
interface Telemetry extends AutoCloseable {
    /** Reads all of them; returns false when their names are others than the last time. */
    boolean sample();

    /** {@return what was read last, in the order of {@link #names}; reused by the next sample} */
    double[] values();

    /** {@return the names of the metrics} */
    List<String> names();

    @Override
    void close();

    /** {@return the best source that this machine has} */
    static Telemetry ofThisMachine() {
        Telemetry files = ProcTelemetry.open();
        if (files.sample() || !files.names().isEmpty()) {
            return files;
        }
        files.close();
        return new BeanTelemetry();
    }
}
