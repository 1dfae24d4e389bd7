package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.error.CorruptStoreException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Checks a store slowly. */
@Command(
        name = "scrub",
        mixinStandardHelpOptions = true,
        description = {
            "Reads all that the newest commit reaches, at a bounded rate, and compares checksums and"
                    + " structure; changes nothing.",
            "Prints each problem on a line and ends with 1 where there are any. Unlike check it does"
                    + " not look for leaked pages."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  coppice scrub prices.coppice", "  nice coppice scrub prices.coppice --rate 5"})
final class ScrubCommand implements Callable<Integer> {
    private static final double BYTES_PER_MB = 1e6;

    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private JsonOption json;

    @Option(
            names = "--rate",
            paramLabel = "MB/s",
            description = "read at most so many megabytes a second (default: 50)")
    private double rate = 50;

    @Override
    public Integer call() {
        if (!(rate >= 0.01 && rate <= 1e6)) {
            throw new UsageException("--rate " + rate + ": from 0.01 to 1000000 MB/s");
        }
        CheckOutput output = new CheckOutput(main.console(), "scrubbed", json.isJson());
        try (Store store = file.openToRead()) {
            return output.show(store.scrub((long) (rate * BYTES_PER_MB), output.progress()));
        } catch (CorruptStoreException e) {
            return output.show(e);
        }
    }
}
