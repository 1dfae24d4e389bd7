package dev.coppice.cli;

import dev.coppice.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Prints figures of a store. */
@Command(
        name = "stat",
        aliases = {"stats", "info"},
        mixinStandardHelpOptions = true,
        description = {
            "Prints sizes, column families, commits and readers of a store, and advice.",
            "Counters of operations belong to the process that has the store open. With --live, what"
                    + " that shows of them is printed, without touching the store; it has to be"
                    + " configured with a countersFile named as the store, with -counters behind."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice stat prices.coppice",
            "  coppice stat prices.coppice --json | jq .",
            "  coppice stat --live prices.coppice"
        })
final class StatCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Option(names = "--live", description = "print the counters that another process shows")
    private boolean isLive;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        return isLive ? showLive() : showStore();
    }

    private int showLive() {
        LiveFigures figures = LiveFigures.read(file.path());
        if (json.isJson()) {
            main.console().json(figures::toJson);
        } else {
            main.console().say(figures.toText());
        }
        return ExitCode.OK;
    }

    private int showStore() {
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
