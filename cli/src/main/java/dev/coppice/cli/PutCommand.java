package dev.coppice.cli;

import dev.coppice.Lifetime;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.Encoding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Stores an entry. */
@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        description = "Stores an entry; creates the store and the column family where missing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice put prices.coppice EURUSD 1.0842",
            "  coppice put ids.coppice --cf users --long 1234 Ada",
            "  coppice put ids.coppice --long -- -5 below",
            "  coppice put bytes.coppice --hex 00ff 0a0b0c",
            "  coppice put cache.coppice token abc --ttl 15m",
            "  coppice put cache.coppice token abc --expires-at 2030-01-01T00:00:00Z"
        })
final class PutCommand implements Callable<Integer> {
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Parameters(index = "2", paramLabel = "VALUE", description = "the value")
    private String value;

    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private LifetimeOption lifetimes;

    @Override
    public Integer call() {
        Encoding encoding = encodings.encoding();
        byte[] keyBytes = longs.keys(encoding).decode(key);
        byte[] valueBytes = encoding.decode(value);
        Lifetime lifetime = lifetimes.lifetime();
        try (Store store = file.openOrCreate();
                WriteTransaction txn = store.begin()) {
            txn.put(family.createdIn(txn), keyBytes, valueBytes, lifetime);
            txn.commit();
        }
        return ExitCode.OK;
    }
}
