package dev.coppice.perf.compare;

import dev.coppice.perf.figures.Figures;

/** The commands that set Coppice beside other stores. Stateless. */
public final class Comparisons {
    /** Their lines of the list of commands. */
    public static final String HELP =
            """

            Coppice beside other stores:

              compare            workload by workload, the stores taking turns
              latency            a paced writer beside scans, and the cost of a checkpoint
              space              bytes on disk per live byte, bytes to the device per committed byte
              growth             the main workloads at 100,000, 1,000,000 and 10,000,000 entries
              ycsb               YCSB's workloads A to F
              snapshot-growth    growth of the file while a snapshot is held
              bench NAME         one workload under JMH, with its profilers
              check              runs what the bars need; exit code 1 where one is short
              report             tables and plots of the last runs, into docs/perf
              publish            all of these at full size, and the report
            """;

    private Comparisons() {}

    /** {@return the command of that name, or null} */
    public static Figures.Measurement find(String command) {
        return switch (command) {
            case "compare" -> Compare::run;
            case "latency" -> Latency::run;
            case "space" -> Space::run;
            case "growth" -> Growth::run;
            case "snapshot-growth" -> SnapshotGrowth::run;
            case "ycsb" -> Ycsb::run;
            case "bench" -> UnderJmh::run;
            case "check" -> Check::run;
            case "report" -> Report::run;
            case "publish" -> Publish::run;
            default -> null;
        };
    }
}
