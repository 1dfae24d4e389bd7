package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.RestoreReport;
import dev.coppice.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Applies incremental backups. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Applies incremental backups to a copy, in their order.",
            "FILE is a store that copy made, of the snapshot that the first INCREMENT begins with, and"
                    + " that nobody has changed since. All files are checked first: their checksums,"
                    + " that they are of the same store, and that each begins where the one before"
                    + " ends. Everything is done in one transaction, or nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice snapshot create prices.coppice monday",
            "  coppice copy prices.coppice backup.coppice --snapshot monday",
            "  coppice snapshot create prices.coppice tuesday",
            "  coppice copy prices.coppice tuesday.inc --since monday --snapshot tuesday",
            "  coppice restore backup.coppice tuesday.inc"
        })
final class RestoreCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "INCREMENT", description = "the files")
    private List<Path> increments;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Meter meter = new Meter(main.console());
        RestoreReport report;
        try (Store store = file.openToChange()) {
            report = store.restore(increments, (done, total) -> meter.show(done, total, done, -1));
        } finally {
            meter.clear();
        }
        if (json.isJson()) {
            main.console()
                    .json(out ->
                            out.field("fromTxn", report.fromTxn())
                                    .field("toTxn", report.toTxn())
                                    .field("increments", report.increments())
                                    .field("changes", report.changes()));
        } else {
            main.console()
                    .say(
                            format(
                                    ROOT,
                                    "restored commit %s: %,d changes of %,d increments, in %.1f s",
                                    Numbers.txn(report.toTxn()),
                                    report.changes(),
                                    report.increments(),
                                    meter.seconds()));
        }
        return ExitCode.OK;
    }
}
