package dev.coppice.cli;

import dev.coppice.ExpiringValue;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.TextBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints the value of a key. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Prints the value of a key; ends with 1 where the key is not there.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice get prices.coppice EURUSD",
            "  coppice get ids.coppice --cf users --long 1234",
            "  coppice get pictures.coppice logo.png --raw > logo.png"
        })
final class GetCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Mixin private Family family;
    @Mixin private SnapshotOption commit;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;

    @Option(names = "--raw", description = "print the value's bytes and nothing else")
    private boolean isRaw;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Encoding encoding = encodings.encoding();
        Encoding keys = longs.keys(encoding);
        byte[] wanted = keys.decode(key);
        ExpiringValue found = value(wanted);
        if (found == null) {
            main.console().err().line("coppice: no such key: " + key);
            return ExitCode.NEGATIVE;
        }
        byte[] value = found.value();
        if (json.isJson()) {
            main.console()
                    .json(out -> {
                        out.bytes("key", wanted, keys).bytes("value", value, encoding);
                        TtlCommand.show(found.expiry(), out);
                    });
        } else if (isRaw) {
            main.console().out().bytes(value, 0, value.length);
        } else {
            TextBuffer text = main.console().text();
            encoding.line(value, text);
            text.flush();
        }
        return ExitCode.OK;
    }

    private ExpiringValue value(byte[] wanted) {
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store)) {
            return snapshot.getWithExpiry(family.in(snapshot), wanted);
        }
    }
}
