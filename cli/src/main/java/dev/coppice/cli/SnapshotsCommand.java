package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.NamedSnapshot;
import dev.coppice.OpenReader;
import dev.coppice.Store;
import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Shows what readers keep in a store in use. */
@Command(
        name = "snapshots",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the named snapshots, then the snapshots and readers that are open in all"
                    + " processes, oldest commits first.",
            "Each line tells the commit that is kept, since when, and the process. A reader that is"
                    + " parked keeps nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice snapshots prices.coppice",
            "  coppice snapshots prices.coppice --json | jq .processId"
        })
final class SnapshotsCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        List<OpenReader> readers;
        List<NamedSnapshot> named;
        try (Store store = file.openToRead()) {
            readers = store.openReaders();
            named = store.namedSnapshots();
        }
        if (json.isJson()) {
            printJson(named, readers);
        } else {
            named.forEach(each -> main.console().out().line(text(each)));
            readers.forEach(reader -> main.console().out().line(text(reader)));
        }
        return ExitCode.OK;
    }

    private static String text(NamedSnapshot named) {
        return format(
                ROOT,
                "commit %s, named '%s', %s",
                Numbers.txn(named.txn()),
                named.name(),
                Instant.ofEpochMilli(named.retainedMillis()));
    }

    private static String text(OpenReader reader) {
        String kept = reader.isParked() ? "parked" : "commit " + Numbers.txn(reader.txn());
        String age =
                reader.openedMillis() == 0
                        ? reader.isParked() ? "" : ", of single reads"
                        : format(ROOT, ", %,.1f s old", reader.ageMillis() / 1e3);
        return kept + age + ", process " + reader.processId();
    }

    private void printJson(List<NamedSnapshot> named, List<OpenReader> readers) {
        TextBuffer text = main.console().text();
        JsonWriter out = new JsonWriter(text);
        named.forEach(each -> SnapshotCommand.show(each, out));
        for (OpenReader reader : readers) {
            out.object().field("txn", reader.txn());
            out.field("parked", reader.isParked());
            out.field("openedMillis", reader.openedMillis());
            out.field("ageMillis", reader.ageMillis());
            out.field("processId", reader.processId()).endObject().line();
        }
        text.flush();
    }
}
