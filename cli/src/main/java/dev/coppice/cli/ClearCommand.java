package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Removes all entries of a column family. */
@Command(
        name = "clear",
        mixinStandardHelpOptions = true,
        description =
                "Removes all entries of a column family, which stays, and prints how many there"
                        + " were.",
        footerHeading = "%nExamples:%n",
        footer = {"  coppice clear prices.coppice", "  coppice clear prices.coppice --cf fx"})
final class ClearCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private Family family;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        long removed;
        try (Store store = file.openToChange();
                WriteTransaction txn = store.begin()) {
            removed = txn.clear(family.in(txn));
            txn.commit();
        }
        if (json.isJson()) {
            main.console()
                    .json(out -> out.field("cf", family.family().name()).field("removed", removed));
        } else {
            main.console().say("removed " + Numbers.entries(removed));
        }
        return ExitCode.OK;
    }
}
