package dev.coppice.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What the writer promises about a commit after it returned, as a line of text between processes.
 *
 * @param entriesSoFar entries of all commits up to this one
 * @param lastNanos time of its last sample
 * @param totalNanos duration of the transaction from begin to the end of commit
 * @param commitNanos duration of the call of commit
 * @param witnesses last samples of some metrics
 */
record Ack(
        long txn,
        long commit,
        long entries,
        long entriesSoFar,
        long lastNanos,
        long totalNanos,
        long commitNanos,
        List<Witness> witnesses) {

    /** A metric and the number of its last sample. */
    record Witness(int metric, long number) {}

    String toLine() {
        StringBuilder line = new StringBuilder();
        line.append(txn).append(' ').append(commit).append(' ').append(entries);
        line.append(' ').append(entriesSoFar).append(' ').append(lastNanos);
        line.append(' ').append(totalNanos).append(' ').append(commitNanos);
        for (Witness witness : witnesses) {
            line.append(' ').append(witness.metric()).append(' ').append(witness.number());
        }
        return line.toString();
    }

    static Ack ofLine(String line) {
        String[] words = line.split(" ", -1);
        List<Witness> witnesses = new ArrayList<>();
        for (int i = 7; i < words.length; i += 2) {
            witnesses.add(new Witness(Integer.parseInt(words[i]), Long.parseLong(words[i + 1])));
        }
        return new Ack(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                Long.parseLong(words[6]),
                witnesses);
    }
}
