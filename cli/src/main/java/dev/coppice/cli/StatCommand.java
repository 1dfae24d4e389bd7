package dev.coppice.cli;

import dev.coppice.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Prints figures of a store. */
@Command(
        name = "stat",
        mixinStandardHelpOptions = true,
        description = "Prints sizes, column families and commits of a store, and advice.",
        footerHeading = "%nExamples:%n",
        footer = {"  coppice stat prices.coppice", "  coppice stat prices.coppice --json | jq ."})
final class StatCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        StoreFigures figures;
        try (Store store = file.openToRead()) {
            figures = StoreFigures.of(store, file.path());
        }
        if (json.isJson()) {
            main.console().json(figures::toJson);
        } else {
            main.console().say(figures.toText());
        }
        return ExitCode.OK;
    }
}
