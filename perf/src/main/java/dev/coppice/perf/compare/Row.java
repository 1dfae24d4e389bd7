package dev.coppice.perf.compare;

import java.util.List;

/**
 * One figure of one run.
 *
 * @param suite what kind of store
 * @param work what it did
 * @param peer name of the store
 * @param entries how many entries it had
 * @param round which of the runs, from 0
 * @param wall nanoseconds per operation, or what the work says
 * @param processor nanoseconds of the thread's processor time, 0 where several threads ran
 * @param allocated bytes allocated per operation
 * @param more bytes on disk after a load, commits per flush where durable, else 0
 */
record Row(
        String suite,
        String work,
        String peer,
        int entries,
        int round,
        double wall,
        double processor,
        double allocated,
        double more) {
    String line() {
        return String.join(
                "\t",
                List.of(
                        suite,
                        work,
                        peer,
                        String.valueOf(entries),
                        String.valueOf(round),
                        String.valueOf(wall),
                        String.valueOf(processor),
                        String.valueOf(allocated),
                        String.valueOf(more)));
    }

    static Row of(String line) {
        String[] fields = line.split("\t", -1);
        return new Row(
                fields[0],
                fields[1],
                fields[2],
                Integer.parseInt(fields[3]),
                Integer.parseInt(fields[4]),
                Double.parseDouble(fields[5]),
                Double.parseDouble(fields[6]),
                Double.parseDouble(fields[7]),
                Double.parseDouble(fields[8]));
    }
}
