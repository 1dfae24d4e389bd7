package dev.coppice.cli;

import dev.coppice.Expiry;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.JsonWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Tells how long an entry will be there. */
@Command(
        name = "ttl",
        mixinStandardHelpOptions = true,
        description =
                "Prints the milliseconds after which an entry expires, or never; ends with 1 where"
                        + " the key is not there.",
        footerHeading = "%nExamples:%n",
        footer = {"  coppice ttl cache.coppice token", "  coppice ttl cache.coppice token --json"})
final class TtlCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Encoding keys = longs.keys(encodings.encoding());
        byte[] wanted = keys.decode(key);
        Expiry expiry;
        try (Store store = file.openToRead();
                Snapshot snapshot = store.snapshot()) {
            expiry = snapshot.expiry(family.in(snapshot), wanted);
        }
        if (!expiry.isPresent()) {
            main.console().err().line("coppice: no such key: " + key);
            return ExitCode.NEGATIVE;
        }
        if (json.isJson()) {
            main.console()
                    .json(out -> {
                        out.bytes("key", wanted, keys).field("expires", isAt(expiry));
                        show(expiry, out);
                    });
        } else {
            main.console().say(text(expiry));
        }
        return ExitCode.OK;
    }

    private static boolean isAt(Expiry expiry) {
        return expiry instanceof Expiry.At;
    }

    private static String text(Expiry expiry) {
        return expiry instanceof Expiry.At at ? Long.toString(at.remainingMillis()) : "never";
    }

    /** Adds the fields of an entry that expires; none of one that does not. */
    static void show(Expiry expiry, JsonWriter out) {
        if (expiry instanceof Expiry.At at) {
            out.field("expiresAt", at.deadlineMillis());
            out.field("remainingMillis", at.remainingMillis());
        }
    }
}
