package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.Encoding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Stores an entry unless its key is there. */
@Command(
        name = "set-if-absent",
        mixinStandardHelpOptions = true,
        description =
                "Stores an entry unless the key is there: prints yes, or no and ends with 1. Creates"
                        + " the store and the column family where missing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice set-if-absent locks.coppice job worker-7 --ttl 30s && run-the-job",
            "  coppice set-if-absent seen.coppice --cf messages 4711 \"\""
        })
final class SetIfAbsentCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Parameters(index = "2", paramLabel = "VALUE", description = "the value")
    private String value;

    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private LifetimeOption lifetimes;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Encoding encoding = encodings.encoding();
        Encoding keys = longs.keys(encoding);
        byte[] keyBytes = keys.decode(key);
        byte[] valueBytes = encoding.decode(value);
        var lifetime = lifetimes.lifetime();
        boolean isStored;
        try (Store store = file.openOrCreate();
                WriteTransaction txn = store.begin()) {
            isStored =
                    txn.atomic(family.createdIn(txn))
                            .withLifetime(lifetime)
                            .putIfAbsent(keyBytes, valueBytes);
            txn.commit();
        }
        if (json.isJson()) {
            main.console().json(out -> out.bytes("key", keyBytes, keys).field("stored", isStored));
        } else {
            main.console().say(isStored ? "yes" : "no");
        }
        return isStored ? ExitCode.OK : ExitCode.NEGATIVE;
    }
}
