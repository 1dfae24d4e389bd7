package dev.coppice.cli;

import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Tells whether a key is there. */
@Command(
        name = "exists",
        mixinStandardHelpOptions = true,
        description = "Prints yes, or no and ends with 1.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice exists prices.coppice EURUSD",
            "  coppice exists prices.coppice EURUSD > /dev/null || echo it is not there"
        })
final class ExistsCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Mixin private Family family;
    @Mixin private SnapshotOption commit;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Encoding encoding = longs.keys(encodings.encoding());
        byte[] wanted = encoding.decode(key);
        boolean isThere;
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store)) {
            isThere = snapshot.exists(family.in(snapshot), wanted);
        }
        if (json.isJson()) {
            main.console().json(out -> out.bytes("key", wanted, encoding).field("exists", isThere));
        } else {
            main.console().say(isThere ? "yes" : "no");
        }
        return isThere ? ExitCode.OK : ExitCode.NEGATIVE;
    }
}
