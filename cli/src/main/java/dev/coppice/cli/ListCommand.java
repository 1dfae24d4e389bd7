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
    @Mixin private WalkOption walk;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        long limit = walk.limit();
        Encoding encoding = longs.keys(encodings.encoding());
        TextBuffer text = main.console().text();
        try (Store store = file.openToRead();
                Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(family.in(snapshot), walk.range(encoding))) {
            print(cursor, limit, encoding, text);
        }
        text.flush();
        return ExitCode.OK;
    }

    private void print(Cursor cursor, long limit, Encoding encoding, TextBuffer text) {
        JsonWriter objects = new JsonWriter(text);
        for (long i = 0; i < limit && (walk.isReverse() ? cursor.previous() : cursor.next()); i++) {
            if (json.isJson()) {
                objects.object().bytes("key", cursor.key(), encoding).endObject().line();
            } else {
                encoding.line(cursor.key(), text);
            }
        }
    }
}
