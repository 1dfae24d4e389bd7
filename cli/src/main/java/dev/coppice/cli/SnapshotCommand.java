package dev.coppice.cli;

import dev.coppice.NamedSnapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Lists and changes named snapshots. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Lists, creates and drops named snapshots: commits that stay until they are dropped.",
            "get, exists, scan, count, dump and copy read one with --snapshot NAME."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice snapshot create prices.coppice monday",
            "  coppice scan prices.coppice --snapshot monday",
            "  coppice snapshot list prices.coppice",
            "  coppice snapshot drop prices.coppice monday"
        })
final class SnapshotCommand implements Runnable {
    @ParentCommand private Main main;

    @Override
    public void run() {
        throw new UsageException("snapshot needs a command: list, create or drop");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Prints the named snapshots: name, commit, time when it was named, entries.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  coppice snapshot list prices.coppice",
                "  coppice snapshot list prices.coppice --json"
            })
    int list(@Mixin StoreFile file, @Mixin JsonOption json) {
        List<NamedSnapshot> named;
        try (Store store = file.openToRead()) {
            named = store.namedSnapshots();
        }
        TextBuffer text = main.console().text();
        JsonWriter objects = new JsonWriter(text);
        for (NamedSnapshot each : named) {
            if (json.isJson()) {
                show(each, objects);
            } else {
                main.console()
                        .out()
                        .line(
                                String.join(
                                        "\t",
                                        each.name(),
                                        Numbers.txn(each.txn()),
                                        Instant.ofEpochMilli(each.retainedMillis()).toString(),
                                        Long.toString(each.entries())));
            }
        }
        text.flush();
        return ExitCode.OK;
    }

    /** Prints a named snapshot as an object on a line of its own. */
    static void show(NamedSnapshot named, JsonWriter out) {
        out.object().field("name", named.name());
        out.field("txn", named.txn());
        out.field("commitMillis", named.commitMillis());
        out.field("retainedMillis", named.retainedMillis());
        out.field("entries", named.entries()).endObject().line();
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description =
                    "Gives the newest commit a name, under which it stays; ends with 1 where the name"
                            + " is taken.",
            footerHeading = "%nExamples:%n",
            footer = "  coppice snapshot create prices.coppice monday")
    int create(
            @Mixin StoreFile file,
            @Parameters(index = "1", paramLabel = "NAME", description = "the name") String name) {
        try (Store store = file.openToChange()) {
            boolean isTaken =
                    store.namedSnapshots().stream().anyMatch(each -> each.name().equals(name));
            if (isTaken) {
                main.console()
                        .err()
                        .line("coppice: there is a snapshot named '" + name + "' already");
                return ExitCode.NEGATIVE;
            }
            long txn = store.retain(name);
            main.console().say("commit " + Numbers.txn(txn) + " is named '" + name + "'");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description = {
                "Drops a named snapshot; ends with 1 where there is none of that name.",
                "The pages that it alone kept are used again."
            },
            footerHeading = "%nExamples:%n",
            footer = "  coppice snapshot drop prices.coppice monday")
    int drop(
            @Mixin StoreFile file,
            @Parameters(index = "1", paramLabel = "NAME", description = "the name") String name) {
        try (Store store = file.openToChange();
                WriteTransaction txn = store.begin()) {
            boolean wasThere = txn.dropSnapshot(name);
            txn.commit();
            if (!wasThere) {
                main.console().err().line("coppice: no snapshot named '" + name + "'");
            }
            return wasThere ? ExitCode.OK : ExitCode.NEGATIVE;
        }
    }
}
