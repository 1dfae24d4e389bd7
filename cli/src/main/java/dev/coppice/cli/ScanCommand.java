package dev.coppice.cli;

import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.EntryWriter;
import dev.coppice.cli.text.TextBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Prints entries in the order of their keys. */
@Command(
        name = "scan",
        mixinStandardHelpOptions = true,
        description =
                "Prints entries in the order of their keys, one \"key<TAB>value\" line each, which"
                        + " load reads again.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice scan prices.coppice --prefix EUR",
            "  coppice scan prices.coppice --from EUR --to GBP --reverse --limit 10",
            "  coppice scan ids.coppice --cf users --long --from 1000 --to 2000",
            "  coppice scan prices.coppice --json | jq -r .key"
        })
final class ScanCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private Family family;
    @Mixin private SnapshotOption commit;
    @Mixin private WalkOption walk;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        long limit = walk.limit();
        Encoding values = encodings.encoding();
        Encoding keyTexts = longs.keys(values);
        KeyRange range = walk.range(keyTexts);
        TextBuffer text = main.console().text();
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store);
                EntryWriter writer = EntryWriter.of(text, json.isJson(), keyTexts, values, false)) {
            new EntryOutput(snapshot, writer, _ -> {})
                    .write(family.in(snapshot), range, walk.isReverse(), limit);
        }
        return ExitCode.OK;
    }
}
