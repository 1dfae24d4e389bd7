package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.Store;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Loads entries from text. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Stores the entries of a text with one \"key<TAB>value\" line each; of lines with the"
                    + " same key the last counts. Creates the store and the column family where"
                    + " missing.",
            "All lines are one transaction, or as --batch says. A malformed line ends the loading:"
                    + " nothing of its transaction is stored. Input sorted by key loads fastest."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice load prices.coppice prices.tsv",
            "  zcat prices.tsv.gz | coppice load prices.coppice -",
            "  LC_ALL=C sort prices.tsv | coppice load prices.coppice --batch 1000000"
        })
final class LoadCommand implements Callable<Integer> {
    private static final long PROGRESS_NANOS = 200_000_000;

    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "INPUT",
            description = "the text; - or none for standard input")
    private String input = "-";

    @Mixin private Family family;

    @Option(names = "--batch", paramLabel = "N", description = "commit every N entries")
    private long entriesPerCommit;

    @Mixin private EncodingOption encodings;

    private final long started = System.nanoTime();
    private long reported = started;

    @Override
    public Integer call() throws IOException {
        if (entriesPerCommit < 0) {
            throw new UsageException("--batch " + entriesPerCommit + ": at least 1");
        }
        if (input.equals("-")) {
            load(main.console().in(), 0);
            return ExitCode.OK;
        }
        Path path = Path.of(input);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UsageException("cannot read " + path + ": check the path");
        }
        try (InputStream stream = new FileInputStream(path.toFile())) {
            load(stream, Files.size(path));
        }
        return ExitCode.OK;
    }

    /** Loads a stream of about that many bytes, 0 where nobody knows. */
    private void load(InputStream stream, long expectedBytes) throws IOException {
        TsvReader lines = new TsvReader(stream);
        Loader loader;
        try (Store store = file.openOrCreate()) {
            loader = new Loader(store, family, encodings.encoding(), entriesPerCommit);
            try {
                loader.load(lines, () -> progress(loader, lines, expectedBytes));
            } catch (UsageException e) {
                throw new UsageException(e.getMessage() + stored(loader), e);
            } finally {
                main.console().progress("");
            }
            main.console().progress("making it durable ...");
        }
        main.console().progress("");
        double seconds = (System.nanoTime() - started) / 1e9;
        main.console()
                .say(
                        format(
                                ROOT,
                                "loaded %,d entries (%,d new) in %.1f s: %,.0f entries/s, file %s",
                                loader.entries(),
                                loader.newEntries(),
                                seconds,
                                loader.entries() / seconds,
                                Numbers.bytes(Files.size(file.path()))));
    }

    private static String stored(Loader loader) {
        return loader.committedEntries() == 0
                ? "; nothing was stored"
                : format(
                        ROOT,
                        "; the %,d entries up to line %,d are stored",
                        loader.committedEntries(),
                        loader.committedLines());
    }

    private void progress(Loader loader, TsvReader lines, long expectedBytes) {
        long now = System.nanoTime();
        if (now - reported < PROGRESS_NANOS) {
            return;
        }
        reported = now;
        double seconds = (now - started) / 1e9;
        String share =
                expectedBytes == 0
                        ? ""
                        : format(ROOT, "%3d %%  ", lines.bytes() * 100 / expectedBytes);
        main.console()
                .progress(
                        format(
                                ROOT,
                                "%s%,d entries  %,.0f entries/s",
                                share,
                                loader.entries(),
                                loader.entries() / seconds));
    }
}
