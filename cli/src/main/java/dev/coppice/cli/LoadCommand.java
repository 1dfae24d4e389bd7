package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.Store;
import dev.coppice.cli.text.EntryReader;
import dev.coppice.cli.text.TextException;
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
            "Stores the entries of a text, TSV or JSON Lines.",
            "The text has one \"key<TAB>value\" line each, with --all"
                    + " \"family<TAB>key<TAB>value\", with --json an object with key and value and"
                    + " perhaps cf and expiresAt. A third tab and expires= with milliseconds since"
                    + " 1970 let an entry expire. Of lines with the same key the last"
                    + " counts. Creates the store and column families where missing.",
            "All lines are one transaction, or as --batch says. A malformed line ends the loading:"
                    + " nothing of its transaction is stored. Input sorted by key loads fastest."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice load prices.coppice prices.tsv",
            "  zcat prices.jsonl.gz | coppice load prices.coppice --json",
            "  LC_ALL=C sort prices.tsv | coppice load prices.coppice --batch 1000000"
        })
final class LoadCommand implements Callable<Integer> {
    private static final int SHOWN_PROBLEMS = 20;

    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "INPUT",
            description = "the text; - or none for standard input")
    private Path input = InputFile.STANDARD_INPUT;

    @Mixin private Family family;

    @Option(names = "--all", description = "each line names its column family, or is one")
    private boolean isAll;

    @Option(names = "--json", description = "the text is JSON Lines")
    private boolean isJson;

    @Option(names = "--batch", paramLabel = "N", description = "commit every N entries")
    private Long entriesPerCommit;

    @Option(
            names = "--skip-malformed",
            description = "leave malformed lines out, name them, and end with 1")
    private boolean skipsMalformed;

    @Mixin private EncodingOption encodings;

    private int problems;

    @Override
    public Integer call() throws IOException {
        if (entriesPerCommit != null && entriesPerCommit < 1) {
            throw new UsageException("--batch " + entriesPerCommit + ": at least 1");
        }
        if (isAll && family.isGiven()) {
            throw new UsageException("--all goes without --cf");
        }
        try (InputFile opened = InputFile.open(input, main.console())) {
            return load(opened.stream(), Math.max(0, opened.length()));
        }
    }

    /** Loads a stream of about that many bytes, 0 where nobody knows. */
    private int load(InputStream stream, long expectedBytes) throws IOException {
        EntryReader lines = EntryReader.of(stream, isJson, encodings.encoding(), isAll);
        Meter meter = new Meter(main.console());
        Loader loader;
        try (Store store = file.openOrCreate()) {
            long batch = entriesPerCommit == null ? 0 : entriesPerCommit;
            loader = new Loader(store, lines, family.family(), batch, this::malformed);
            load(
                    loader,
                    () ->
                            meter.show(
                                    lines.bytes(), expectedBytes, loader.entries(), lines.bytes()));
            main.console().progress("making it durable ...");
        } finally {
            meter.clear();
        }
        main.console()
                .say(
                        format(
                                ROOT,
                                "loaded %s (%,d new) in %.1f s: %,.0f entries/s, file %s%s",
                                Numbers.entries(loader.entries()),
                                loader.newEntries(),
                                meter.seconds(),
                                loader.entries() / meter.seconds(),
                                Numbers.bytes(Files.size(file.path())),
                                skipped(loader)));
        return loader.skippedLines() == 0 ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static void load(Loader loader, Runnable report) {
        try {
            loader.load(report);
        } catch (TextException e) {
            throw new UsageException(e.getMessage() + stored(loader), e);
        }
    }

    private void malformed(TextException problem) {
        if (!skipsMalformed) {
            throw problem;
        }
        problems++;
        if (problems <= SHOWN_PROBLEMS) {
            main.console().progress("");
            main.console().err().line("coppice: left out " + problem.getMessage());
        }
    }

    private static String skipped(Loader loader) {
        return loader.skippedLines() == 0
                ? ""
                : format(ROOT, "; left out %,d malformed lines", loader.skippedLines());
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
}
