package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.error.CorruptStoreException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Checks a whole store. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Reads a whole store, compares it with the file format, and accounts for every page;"
                    + " changes nothing.",
            "Prints each problem on a line and ends with 1 where there are any."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice check prices.coppice",
            "  coppice check prices.coppice --json | jq .problemCount"
        })
final class CheckCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        CheckOutput output = new CheckOutput(main.console(), "checked", json.isJson());
        try (Store store = file.openToRead()) {
            return output.show(store.check(output.progress()));
        } catch (CorruptStoreException e) {
            return output.show(e);
        }
    }
}
