package dev.coppice.cli.demo;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.CheckReport;
import dev.coppice.cli.Console;
import dev.coppice.cli.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the demo tells the user. Thread safety: one thread. */
final class DemoReport {
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MAX_PROBLEMS = 10;

    private final Console console;
    private final Path file;
    private final Ledger ledger;
    private long lastNanos;
    private long lastEntries;
    private long nextLineNanos = LINE_NANOS;
    private double rate;
    private long maxFileBytes;

    DemoReport(Console console, Path file, Ledger ledger) {
        this.console = console;
        this.file = file;
        this.ledger = ledger;
    }

    /** Shows progress. */
    void tick(long writingNanos) {
        Ledger.Figures figures = ledger.figures();
        maxFileBytes = Math.max(maxFileBytes, fileBytes());
        double now = perSecond(figures.entries() - lastEntries, writingNanos - lastNanos);
        rate = rate == 0 ? now : 0.8 * rate + 0.2 * now;
        lastEntries = figures.entries();
        lastNanos = writingNanos;
        if (console.isTerminal()) {
            console.progress(line(figures, writingNanos));
        } else if (writingNanos >= nextLineNanos) {
            nextLineNanos = writingNanos + LINE_NANOS;
            console.say(line(figures, writingNanos));
        }
    }

    private String line(Ledger.Figures figures, long writingNanos) {
        return format(
                ROOT,
                "%5.1f s  %s entries/s  %,d commits  file %s  %d scans of snapshots  commit p99 %s",
                writingNanos / 1e9,
                Numbers.count((long) rate),
                figures.commits(),
                Numbers.bytes(fileBytes()),
                figures.audits(),
                Numbers.nanos(figures.commitP99Nanos()));
    }

    private long fileBytes() {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0;
        }
    }

    void killed(long pid) {
        Ledger.Figures figures = ledger.figures();
        console.progress("");
        console.say(
                format(
                        ROOT,
                        "killed writer %d (SIGKILL) after %,d acknowledged commits, %s entries",
                        pid,
                        figures.commits(),
                        Numbers.count(figures.entries())));
    }

    void stopped(double millis) {
        console.progress("");
        console.say(format(ROOT, "the second writer closed the store in %.0f ms", millis));
    }

    void verified(Verification verification) {
        console.say(
                format(
                        ROOT,
                        "opened in %.1f ms: up to commit %,d, %s entries; %,d acknowledged commits"
                                + " looked up, lost=%d inconsistencies=%d",
                        verification.openMillis(),
                        verification.lastCommit(),
                        Numbers.count(verification.liveEntries()),
                        verification.checkedCommits(),
                        verification.lostCommits(),
                        verification.findings().size()));
    }

    void checked(CheckReport check) {
        console.say(
                format(
                        ROOT,
                        "checked %,d pages, %,d entries in all families: %d problems",
                        check.pages(),
                        check.entries(),
                        check.problemCount()));
    }

    /** Shows the result; returns whether it is good. */
    boolean summary(List<Verification> verifications, long writingNanos) {
        Ledger.Figures figures = ledger.figures();
        console.say("");
        console.say(
                format(
                        ROOT,
                        "%s entries of %d metrics in %.1f s: %s entries/s, %.0f commits/s",
                        Numbers.count(figures.entries()),
                        figures.metrics(),
                        writingNanos / 1e9,
                        Numbers.count((long) perSecond(figures.entries(), writingNanos)),
                        perSecond(figures.commits(), writingNanos)));
        latencies("transaction", ledger.transactionNanos());
        latencies("commit", ledger.commitNanos());
        console.say(
                format(
                        ROOT,
                        "analysis     %d scans of snapshots, %s entries at %s/s; longest held %.1f s",
                        figures.audits(),
                        Numbers.count(figures.auditedEntries()),
                        Numbers.count(
                                figures.auditedEntries()
                                        * 1000
                                        / Math.max(1, figures.auditMillis())),
                        figures.longestHoldMillis() / 1e3));
        console.say(
                format(
                        ROOT,
                        "file         %s, at most %s while snapshots were held",
                        Numbers.bytes(fileBytes()),
                        Numbers.bytes(maxFileBytes)));
        summaries();
        return verdict(verifications);
    }

    private void latencies(String what, Histogram nanos) {
        console.say(
                format(
                        ROOT,
                        "%-12s p50 %s  p99 %s  p99.9 %s  max %s",
                        what,
                        Numbers.nanos(nanos.getValueAtPercentile(50)),
                        Numbers.nanos(nanos.getValueAtPercentile(99)),
                        Numbers.nanos(nanos.getValueAtPercentile(99.9)),
                        Numbers.nanos(nanos.getMaxValue())));
    }

    private void summaries() {
        List<Audit.Summary> summaries = ledger.summaries();
        if (summaries.isEmpty()) {
            return;
        }
        console.say("");
        console.say(
                format(
                        ROOT,
                        "%-20s %14s %14s %14s %14s",
                        "last analysis",
                        "min",
                        "mean",
                        "p99",
                        "max"));
        for (Audit.Summary summary : summaries) {
            console.say(
                    format(
                            ROOT,
                            "%-20s %,14.2f %,14.2f %,14.2f %,14.2f",
                            summary.name(),
                            summary.min(),
                            summary.mean(),
                            summary.p99(),
                            summary.max()));
        }
    }

    private boolean verdict(List<Verification> verifications) {
        List<String> problems = new ArrayList<>(ledger.problems());
        verifications.forEach(verification -> problems.addAll(verification.findings()));
        long lost = verifications.stream().mapToLong(Verification::lostCommits).sum();
        console.say("");
        problems.stream().limit(MAX_PROBLEMS).forEach(problem -> console.say("  " + problem));
        console.say(format(ROOT, "lost=%d inconsistencies=%d", lost, problems.size()));
        return lost == 0 && problems.isEmpty();
    }

    /** Shows what to try next. */
    static void nextSteps(Console console, Path file) {
        if (file == null) {
            console.say("next: coppice demo --dir DIR   keeps the store");
            console.say("      coppice --help           shows the other commands");
        } else {
            console.say("next: coppice stat " + file);
            console.say("      coppice check " + file);
            console.say("      coppice scan " + file + " --cf metrics --limit 10");
        }
    }

    private static double perSecond(long count, long nanos) {
        return nanos == 0 ? 0 : count * 1e9 / nanos;
    }
}
