package dev.coppice.cli.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What writers reported: every acknowledged commit, latencies, audits, and what went wrong.
 *
 * <p>Thread safety: any thread.
 */
final class Ledger {
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

    // All guarded by this.
    private final List<Ack> acks = new ArrayList<>();
    private final Histogram transactionNanos = new Histogram(MAX_NANOS, 3);
    private final Histogram commitNanos = new Histogram(MAX_NANOS, 3);
    private final Map<String, Audit.Summary> summaries = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private long entries;
    private long audits;
    private long auditedEntries;
    private long auditMillis;
    private long longestHoldMillis;
    private int metrics;
    private boolean isOpened;
    private boolean isClosed;

    /** Figures at one moment. */
    record Figures(
            long entries,
            long commits,
            long audits,
            long auditedEntries,
            long auditMillis,
            long longestHoldMillis,
            long problems,
            int metrics,
            long commitP99Nanos,
            long transactionP99Nanos) {}

    /** Takes a line of a writer. */
    synchronized void take(String line) {
        Message message = Message.ofLine(line);
        if (message == null) {
            problems.add("the writer said: " + line);
            return;
        }
        String content = line.substring(1);
        switch (message) {
            case OPENED -> opened(content);
            case COMMITTED -> committed(Ack.ofLine(content));
            case AUDITED -> audited(content);
            case SUMMARY -> {
                Audit.Summary summary = Audit.Summary.ofLine(content);
                summaries.put(summary.name(), summary);
            }
            case INCONSISTENT -> problems.add(content);
            case FAILED -> problems.add("the writer failed: " + content);
            case CLOSED -> isClosed = true;
        }
    }

    private void opened(String content) {
        isOpened = true;
        metrics = Integer.parseInt(content);
    }

    private void committed(Ack ack) {
        acks.add(ack);
        entries += ack.entries();
        transactionNanos.recordValue(Math.min(ack.totalNanos(), MAX_NANOS));
        commitNanos.recordValue(Math.min(ack.commitNanos(), MAX_NANOS));
    }

    private void audited(String content) {
        String[] words = content.split(" ", -1);
        audits++;
        auditedEntries += Long.parseLong(words[0]);
        auditMillis += Long.parseLong(words[1]);
        longestHoldMillis = Math.max(longestHoldMillis, Long.parseLong(words[2]));
    }

    /** Forgets whether a writer opened and closed the store: another one starts. */
    synchronized void startWriter() {
        isOpened = false;
        isClosed = false;
    }

    synchronized boolean isOpened() {
        return isOpened;
    }

    synchronized boolean isClosed() {
        return isClosed;
    }

    synchronized void problem(String text) {
        problems.add(text);
    }

    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    synchronized List<Ack> acks() {
        return List.copyOf(acks);
    }

    synchronized List<Audit.Summary> summaries() {
        return List.copyOf(summaries.values());
    }

    synchronized Histogram transactionNanos() {
        return transactionNanos.copy();
    }

    synchronized Histogram commitNanos() {
        return commitNanos.copy();
    }

    synchronized Figures figures() {
        return new Figures(
                entries,
                acks.size(),
                audits,
                auditedEntries,
                auditMillis,
                longestHoldMillis,
                problems.size(),
                metrics,
                commitNanos.getValueAtPercentile(99),
                transactionNanos.getValueAtPercentile(99));
    }
}
