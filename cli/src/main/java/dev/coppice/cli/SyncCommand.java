package dev.coppice.cli;

import dev.coppice.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Brings what is committed to the medium. */
@Command(
        name = "sync",
        mixinStandardHelpOptions = true,
        description = {
            "Brings everything that is committed to the medium, and prints the id of the newest commit.",
            "What a killed process has committed is brought there, too."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coppice sync prices.coppice", "  coppice sync prices.coppice --json | jq ."})
final class SyncCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        long durable;
        try (Store store = file.openToChange()) {
            durable = store.sync();
        }
        if (json.isJson()) {
            main.console().json(out -> out.field("durableTxn", durable));
        } else {
            main.console().say("on the medium up to commit " + Numbers.txn(durable));
        }
        return ExitCode.OK;
    }
}
