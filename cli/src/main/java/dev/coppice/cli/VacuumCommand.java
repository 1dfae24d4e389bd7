package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.Store;
import dev.coppice.VacuumResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Makes the file of a store smaller. */
@Command(
        name = "vacuum",
        mixinStandardHelpOptions = true,
        description = {
            "Moves pages from the end of the file to free places, puts leaves together that hold little,"
                    + " and cuts the end off.",
            "Ends with 1 when readers, or a large value that has no other place, keep the file longer"
                    + " than it need be. copy --compact makes the smallest file.",
            "A program does the same beside its readers and writers with Store.vacuum."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice vacuum prices.coppice",
            "  coppice vacuum prices.coppice --pages 10000",
            "  coppice vacuum prices.coppice --json | jq .fileBytes"
        })
final class VacuumCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Option(
            names = "--pages",
            paramLabel = "N",
            description = "move at most so many pages, and put no leaves together (default: all)")
    private long pages;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if (pages < 0) {
            throw new UsageException("--pages " + pages + ": 0 or more");
        }
        VacuumResult result;
        try (Store store = file.openToCheckpoint()) {
            result = store.vacuum(pages);
        }
        if (json.isJson()) {
            main.console()
                    .json(out ->
                            out.field("writtenPages", result.writtenPages())
                                    .field("cutBytes", result.cutBytes())
                                    .field("fileBytes", result.fileBytes())
                                    .field("rest", result.rest().name())
                                    .field("heldBy", result.heldBy().size()));
        } else {
            main.console().say(text(result));
        }
        return switch (result.rest()) {
            case NOTHING, BUDGET -> ExitCode.OK;
            case SNAPSHOTS, PROCESSES, BUSY, ROOM -> ExitCode.NEGATIVE;
        };
    }

    private static String text(VacuumResult result) {
        return format(
                ROOT,
                "%,d pages written, %s cut off, file %s%s",
                result.writtenPages(),
                Numbers.bytes(result.cutBytes()),
                Numbers.bytes(result.fileBytes()),
                switch (result.rest()) {
                    case NOTHING -> "";
                    case BUDGET -> "; there is more to move";
                    case SNAPSHOTS ->
                            format(
                                    ROOT,
                                    "; %,d readers and %,d named snapshots keep the rest",
                                    result.heldBy().size(),
                                    result.names().size());
                    case PROCESSES -> "; other processes have the file mapped: it is not cut";
                    case BUSY -> "; a transaction or a checkpoint was in the way";
                    case ROOM -> "; a large value at the end has no other place";
                });
    }
}
