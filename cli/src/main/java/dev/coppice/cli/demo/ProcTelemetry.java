package dev.coppice.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The counters of a Linux kernel. Thread safety: one thread. */
final class ProcTelemetry implements Telemetry {
    private static final List<String> CPU =
            List.of(
                    "user",
                    "nice",
                    "system",
                    "idle",
                    "iowait",
                    "irq",
                    "softirq",
                    "steal",
                    "guest",
                    "guest_nice");
    private static final List<String> DISK =
            List.of(
                    "reads",
                    "reads_merged",
                    "sectors_read",
                    "read_ms",
                    "writes",
                    "writes_merged",
                    "sectors_written",
                    "write_ms",
                    "in_flight",
                    "io_ms",
                    "weighted_ms");
    private static final List<String> NET =
            List.of(
                    "rx_bytes",
                    "rx_packets",
                    "rx_errors",
                    "rx_dropped",
                    "rx_fifo",
                    "rx_frame",
                    "rx_compressed",
                    "rx_multicast",
                    "tx_bytes",
                    "tx_packets",
                    "tx_errors",
                    "tx_dropped",
                    "tx_fifo",
                    "tx_collisions",
                    "tx_carrier",
                    "tx_compressed");
    private static final List<String> LOAD =
            List.of("1min", "5min", "15min", "running", "tasks", "last_pid");

    private record Source(String path, String name, boolean isBare, List<String> fieldNames) {}

    private static final List<Source> SOURCES =
            List.of(
                    new Source("loadavg", "loadavg", true, LOAD),
                    new Source("stat", "stat", false, CPU),
                    new Source("meminfo", "meminfo", false, List.of()),
                    new Source("vmstat", "vmstat", false, List.of()),
                    new Source("diskstats", "disk", false, DISK),
                    new Source("net/dev", "net", false, NET),
                    new Source("schedstat", "schedstat", false, List.of()),
                    new Source("softirqs", "softirq", false, List.of()),
                    new Source("pressure/cpu", "pressure.cpu", false, List.of()),
                    new Source("pressure/memory", "pressure.memory", false, List.of()),
                    new Source("pressure/io", "pressure.io", false, List.of()),
                    new Source("self/stat", "self.stat", false, List.of()),
                    new Source("self/io", "self.io", false, List.of()));

    private final List<ProcFile> files = new ArrayList<>();
    private double[] values = new double[0];
    private List<String> names = List.of();

    private ProcTelemetry() {}

    /** {@return those of the files that are there; maybe none} */
    static ProcTelemetry open() {
        ProcTelemetry telemetry = new ProcTelemetry();
        for (Source source : SOURCES) {
            try {
                telemetry.files.add(
                        new ProcFile(
                                Path.of("/proc", source.path()),
                                source.name(),
                                source.isBare(),
                                source.fieldNames()));
            } catch (IOException _) {
                // Kernels and containers differ in what they show.
            }
        }
        return telemetry;
    }

    @Override
    public boolean sample() {
        boolean isSame = true;
        int count = 0;
        for (ProcFile file : files) {
            isSame &= file.read();
            count += file.count();
        }
        if (!isSame) {
            names = files.stream().flatMap(file -> file.names().stream()).toList();
            values = new double[count];
        }
        int at = 0;
        for (ProcFile file : files) {
            file.copyTo(values, at);
            at += file.count();
        }
        return isSame;
    }

    @Override
    public double[] values() {
        return values;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public void close() {
        for (ProcFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
