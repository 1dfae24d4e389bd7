package dev.coppice.cli;

import dev.coppice.Lifetime;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.Encoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

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
            "  coppice put pictures.coppice logo.png --file logo.png",
            "  tar cz src | coppice put backups.coppice src.tgz --file -",
            "  coppice put cache.coppice token abc --ttl 15m",
            "  coppice put cache.coppice token abc --expires-at 2030-01-01T00:00:00Z"
        })
final class PutCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Parameters(index = "2", arity = "0..1", paramLabel = "VALUE", description = "the value")
    private String value;

    @Option(
            names = "--file",
            paramLabel = "PATH",
            description =
                    "the value is what a file holds, byte by byte; - is standard input, which is"
                            + " read to its end before the store is opened")
    private Path source;

    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private LifetimeOption lifetimes;

    @Override
    public Integer call() throws IOException {
        Encoding encoding = encodings.encoding();
        byte[] keyBytes = longs.keys(encoding).decode(key);
        Lifetime lifetime = lifetimes.lifetime();
        if ((value == null) == (source == null)) {
            throw new UsageException("put: give either a VALUE or --file PATH");
        }
        if (source == null) {
            byte[] bytes = encoding.decode(value);
            put(keyBytes, new ByteArrayInputStream(bytes), bytes.length, lifetime);
            return ExitCode.OK;
        }
        try (InputFile input = InputFile.open(source, main.console())) {
            if (input.length() >= 0) {
                put(keyBytes, input.stream(), input.length(), lifetime);
            } else {
                byte[] bytes = input.stream().readAllBytes();
                put(keyBytes, new ByteArrayInputStream(bytes), bytes.length, lifetime);
            }
        }
        return ExitCode.OK;
    }

    private void put(byte[] keyBytes, InputStream bytes, long length, Lifetime lifetime) {
        try (Store store = file.openOrCreate();
                WriteTransaction txn = store.begin()) {
            txn.put(family.createdIn(txn), keyBytes, bytes, length, lifetime);
            txn.commit();
        }
    }
}
