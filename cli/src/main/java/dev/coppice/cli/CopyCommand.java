package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.CopyReport;
import dev.coppice.IncrementReport;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Copies a store. */
@Command(
        name = "copy",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a checked copy of a store, or of what changed in it.",
            "Writes the newest commit, all column families, into a new file, checks it and makes it"
                    + " durable. Never replaces a file; while it runs, the copy has the name"
                    + " TARGET-copying- and a number.",
            "With or without --compact every entry is written anew, in the order of the keys, so that"
                    + " the copy has no free space; --compact also fills every leaf, where otherwise"
                    + " a fifth of each stays free for keys that will come in between.",
            "With --since NAME the new file is an incremental backup: what changed since that named"
                    + " snapshot. restore applies it to a copy of that snapshot. Named snapshots are"
                    + " not copied."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice copy prices.coppice backup/prices.coppice",
            "  coppice copy prices.coppice small.coppice --compact",
            "  coppice copy prices.coppice backup/prices.coppice --json",
            "  coppice copy prices.coppice backup/monday --snapshot monday",
            "  coppice copy prices.coppice backup/tuesday.inc --since monday --snapshot tuesday"
        })
final class CopyCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "TARGET", description = "the new file")
    private Path target;

    @Option(names = "--compact", description = "fill every leaf")
    private boolean isCompact;

    @Option(
            names = "--since",
            paramLabel = "NAME",
            description = "only what changed since that named snapshot")
    private String since;

    @Mixin private SnapshotOption commit;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(target + " exists already: name a file that does not");
        }
        if (since != null && isCompact) {
            throw new UsageException("--compact goes without --since");
        }
        Meter meter = new Meter(main.console());
        CopyReport report;
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store);
                Cancellation cancellation = new Cancellation()) {
            if (since != null) {
                return copySince(store, snapshot, meter, cancellation);
            }
            report =
                    store.copyTo(
                            snapshot,
                            target,
                            isCompact,
                            (done, total) -> {
                                cancellation.check();
                                show(meter, done, total);
                            });
        } finally {
            meter.clear();
        }
        print(report, meter.seconds());
        return ExitCode.OK;
    }

    private int copySince(Store store, Snapshot until, Meter meter, Cancellation cancellation) {
        IncrementReport report;
        try (Snapshot from = SnapshotOption.open(store, since)) {
            report =
                    store.copySince(
                            from,
                            until,
                            target,
                            (done, _) -> {
                                cancellation.check();
                                meter.show(done, 0, done, -1);
                            });
        }
        meter.clear();
        if (json.isJson()) {
            main.console()
                    .json(out ->
                            out.field("file", target.toString())
                                    .field("fromTxn", report.fromTxn())
                                    .field("toTxn", report.toTxn())
                                    .field("changes", report.changes())
                                    .field("pageVisits", report.pageVisits())
                                    .field("bytes", report.bytes()));
        } else {
            main.console()
                    .say(
                            format(
                                    ROOT,
                                    "%,d changes from commit %s to %s in %.1f s: file %s, %,d pages"
                                            + " read",
                                    report.changes(),
                                    Numbers.txn(report.fromTxn()),
                                    Numbers.txn(report.toTxn()),
                                    meter.seconds(),
                                    Numbers.bytes(report.bytes()),
                                    report.pageVisits()));
        }
        return ExitCode.OK;
    }

    private void show(Meter meter, long done, long total) {
        if (done == total) {
            main.console().progress("checking the copy ...");
        } else {
            meter.show(done, total, done, -1);
        }
    }

    private void print(CopyReport report, double seconds) {
        if (json.isJson()) {
            main.console()
                    .json(out ->
                            out.field("file", target.toString())
                                    .field("txn", report.txn())
                                    .field("commitMillis", report.commitMillis())
                                    .field("families", report.families())
                                    .field("entries", report.entries())
                                    .field("bytes", report.bytes()));
        } else {
            main.console()
                    .say(
                            format(
                                    ROOT,
                                    "copied %s of %,d column families as of commit %s in"
                                            + " %.1f s: file %s, checked",
                                    Numbers.entries(report.entries()),
                                    report.families(),
                                    Numbers.txn(report.txn()),
                                    seconds,
                                    Numbers.bytes(report.bytes())));
        }
    }
}
