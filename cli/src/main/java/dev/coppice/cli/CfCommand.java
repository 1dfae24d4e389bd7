package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Lists and changes column families. */
@Command(
        name = "cf",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Lists, creates, drops and clears column families.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice cf list prices.coppice",
            "  coppice cf create prices.coppice fx",
            "  coppice cf clear prices.coppice fx",
            "  coppice cf drop prices.coppice fx"
        })
final class CfCommand implements Runnable {
    @ParentCommand private Main main;

    @Override
    public void run() {
        throw new UsageException("cf needs a command: list, create, drop or clear");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Prints the column families and how many entries they have.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  coppice cf list prices.coppice",
                "  coppice cf list prices.coppice --json"
            })
    int list(@Mixin StoreFile file, @Mixin JsonOption json) {
        TextBuffer text = main.console().text();
        JsonWriter objects = new JsonWriter(text);
        try (Store store = file.openToRead();
                Snapshot snapshot = store.snapshot()) {
            for (ColumnFamily family : snapshot.families()) {
                long count = snapshot.count(family);
                if (json.isJson()) {
                    objects.object().field("cf", family.name());
                    objects.field("count", count).endObject().line();
                } else {
                    main.console().out().line(family.name() + "\t" + count);
                }
            }
        }
        text.flush();
        return ExitCode.OK;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description =
                    "Creates a column family, and the store where missing; ends with 1 where there"
                            + " is the family.",
            footerHeading = "%nExamples:%n",
            footer = "  coppice cf create prices.coppice fx")
    int create(
            @Mixin StoreFile file,
            @Parameters(index = "1", paramLabel = "NAME", description = "the column family")
                    String name) {
        ColumnFamily family = ColumnFamily.of(name);
        try (Store store = file.openOrCreate()) {
            return change(
                    store,
                    txn -> {
                        if (txn.families().contains(family)) {
                            return "there is a column family named '" + name + "' already";
                        }
                        txn.createFamily(family);
                        return null;
                    });
        }
    }

    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description =
                    "Removes a column family with all its entries; ends with 1 where there is none.",
            footerHeading = "%nExamples:%n",
            footer = "  coppice cf drop prices.coppice fx")
    int drop(
            @Mixin StoreFile file,
            @Parameters(index = "1", paramLabel = "NAME", description = "the column family")
                    String name) {
        ColumnFamily family = ColumnFamily.of(name);
        try (Store store = file.openToChange()) {
            return change(
                    store,
                    txn -> txn.dropFamily(family) ? null : "no column family named '" + name + "'");
        }
    }

    @Command(
            name = "clear",
            mixinStandardHelpOptions = true,
            description = {
                "Removes all entries of a column family and prints how many there were; ends with 1"
                        + " where there is no such family."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  coppice cf clear prices.coppice fx",
                "  coppice cf clear prices.coppice default"
            })
    int clear(
            @Mixin StoreFile file,
            @Parameters(index = "1", paramLabel = "NAME", description = "the column family")
                    String name,
            @Mixin JsonOption json) {
        ColumnFamily family = ColumnFamily.of(name);
        try (Store store = file.openToChange()) {
            return change(
                    store,
                    txn -> {
                        if (!txn.families().contains(family)) {
                            return "no column family named '" + name + "'";
                        }
                        long removed = txn.clear(family);
                        if (json.isJson()) {
                            main.console()
                                    .json(out -> out.field("cf", name).field("removed", removed));
                        } else {
                            main.console().say("removed " + Numbers.entries(removed));
                        }
                        return null;
                    });
        }
    }

    /** Runs a change, which returns why it did nothing, or null; returns the exit code. */
    private int change(Store store, Function<WriteTransaction, String> work) {
        try (WriteTransaction txn = store.begin()) {
            String problem = work.apply(txn);
            if (problem != null) {
                main.console().err().line("coppice: " + problem);
                return ExitCode.NEGATIVE;
            }
            txn.commit();
            return ExitCode.OK;
        }
    }
}
