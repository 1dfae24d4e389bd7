package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.CheckReport;
import dev.coppice.Progress;
import dev.coppice.error.CorruptStoreException;
import java.util.List;

/** Shows the progress and the result of a check. Thread safety: one thread. */
final class CheckOutput {
    private static final long PROGRESS_NANOS = 200_000_000;

    private final Console console;
    private final String what;
    private final boolean isJson;
    private final long started = System.nanoTime();
    private long reported = started;

    /**
     * Starts the clock.
     *
     * @param what was done to the pages: "checked"
     */
    CheckOutput(Console console, String what, boolean isJson) {
        this.console = console;
        this.what = what;
        this.isJson = isJson;
    }

    /** {@return what shows progress on a terminal} */
    Progress progress() {
        return (done, total) -> {
            long now = System.nanoTime();
            if (now - reported < PROGRESS_NANOS) {
                return;
            }
            reported = now;
            console.progress(
                    format(
                            ROOT,
                            "%3d %%  %,d of %,d pages",
                            done * 100 / Math.max(1, total),
                            done,
                            total));
        };
    }

    /** Shows the result; returns the exit code. */
    int show(CheckReport report) {
        console.progress("");
        if (isJson) {
            print(report.problems(), report.problemCount(), report.pages(), report.entries());
            return report.isClean() ? ExitCode.OK : ExitCode.NEGATIVE;
        }
        report.problems().forEach(problem -> console.out().line(problem));
        long more = report.problemCount() - report.problems().size();
        if (more > 0) {
            console.out().line(format(ROOT, "... and %,d more", more));
        }
        console.say(
                format(
                        ROOT,
                        "%s %,d pages, %s in %.1f s: %s",
                        what,
                        report.pages(),
                        Numbers.entries(report.entries()),
                        (System.nanoTime() - started) / 1e9,
                        verdict(report)));
        return report.isClean() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private void print(List<String> problems, long problemCount, long pages, long entries) {
        console.json(json -> {
            json.field("pages", pages).field("entries", entries);
            json.field("problemCount", problemCount).name("problems").array();
            problems.forEach(json::value);
            json.endArray();
        });
    }

    private static String verdict(CheckReport report) {
        if (report.isClean()) {
            return "no problem";
        }
        return report.problemCount() == 1
                ? "1 problem; restore the store from a copy"
                : format(
                        ROOT, "%,d problems; restore the store from a copy", report.problemCount());
    }

    /** Shows that the store is too damaged to be opened; returns the exit code. */
    int show(CorruptStoreException e) {
        console.progress("");
        if (isJson) {
            print(List.of(e.getMessage()), 1, 0, 0);
            return ExitCode.NEGATIVE;
        }
        console.out().line(e.getMessage());
        console.say("the store cannot be read: restore it from a copy");
        return ExitCode.NEGATIVE;
    }
}
