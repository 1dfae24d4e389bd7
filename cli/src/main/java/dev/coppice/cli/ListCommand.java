package dev.coppice.cli;

import dev.coppice.Cursor;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Prints keys in their order. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Prints keys in their order, one on each line, without their values.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice list prices.coppice --prefix EUR",
            "  coppice list prices.coppice --reverse --limit 10",
            "  coppice list ids.coppice --cf users --long --from 1000 --json"
        })
final class ListCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private Family family;
    @Mixin private RangeOption keys;

    @Option(names = "--reverse", description = "from the last key to the first")
    private boolean isReverse;

    @Option(names = "--limit", paramLabel = "N", description = "at most N keys")
    private long limit = Long.MAX_VALUE;

    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new UsageException("--limit " + limit + ": at least 0");
        }
        Encoding encoding = longs.keys(encodings.encoding());
        TextBuffer text = main.console().text();
        try (Store store = file.openToRead();
                Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(family.in(snapshot), keys.range(encoding))) {
            print(cursor, encoding, text);
        }
        text.flush();
        return ExitCode.OK;
    }

    private void print(Cursor cursor, Encoding encoding, TextBuffer text) {
        JsonWriter objects = new JsonWriter(text);
        for (long i = 0; i < limit && (isReverse ? cursor.previous() : cursor.next()); i++) {
            if (json.isJson()) {
                objects.object().bytes("key", cursor.key(), encoding).endObject().line();
            } else {
                encoding.line(cursor.key(), text);
            }
        }
    }
}
