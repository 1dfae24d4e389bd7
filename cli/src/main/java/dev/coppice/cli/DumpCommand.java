package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.ColumnFamily;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.EntryWriter;
import dev.coppice.cli.text.TextBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Writes entries as text, for load. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the entries of one or all column families as text that load reads again.",
            "The text has one \"key<TAB>value\" line each, with --all"
                    + " \"family<TAB>key<TAB>value\", with --json an object with key and value.",
            "Entries that expire end with a tab and expires= and milliseconds since 1970, in JSON"
                    + " with expiresAt. Those that have expired are left out.",
            "All lines are of one commit. In JSON, keys and values that are not UTF-8 are written as"
                    + " keyBase64 and valueBase64."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice dump prices.coppice prices.tsv",
            "  coppice dump prices.coppice --all --json | gzip > prices.jsonl.gz",
            "  coppice dump old.coppice --all | coppice load new.coppice --all"
        })
final class DumpCommand implements Callable<Integer> {
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "OUTPUT",
            description = "the text; - or none for standard output")
    private Path output = STANDARD_OUTPUT;

    @Mixin private Family family;
    @Mixin private SnapshotOption commit;

    @Option(names = "--all", description = "all column families; lines name theirs")
    private boolean isAll;

    @Option(names = "--force", description = "replace OUTPUT where it exists")
    private boolean isForced;

    @Mixin private RangeOption keys;
    @Mixin private EncodingOption encodings;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (isAll && (keys.isGiven() || family.isGiven())) {
            throw new UsageException("--all goes without --cf, --prefix, --from and --to");
        }
        Meter meter = new Meter(main.console());
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store)) {
            if (output.equals(STANDARD_OUTPUT)) {
                write(snapshot, main.console().text(), meter, () -> {});
            } else {
                writeFile(snapshot, meter);
            }
        } finally {
            meter.clear();
        }
        return ExitCode.OK;
    }

    private void writeFile(Snapshot snapshot, Meter meter) throws IOException {
        long entries;
        long bytes;
        try (Cancellation cancellation = new Cancellation();
                OutputFile target = OutputFile.create(output, isForced)) {
            TextBuffer text = new TextBuffer(target.output()::bytes);
            entries = write(snapshot, text, meter, cancellation::check);
            bytes = text.bytes();
            target.complete();
        }
        meter.clear();
        main.console()
                .say(
                        format(
                                ROOT,
                                "dumped %s, %s in %.1f s",
                                Numbers.entries(entries),
                                Numbers.bytes(bytes),
                                meter.seconds()));
    }

    /** {@return how many entries} */
    private long write(Snapshot snapshot, TextBuffer text, Meter meter, Runnable check) {
        List<ColumnFamily> families = isAll ? snapshot.families() : List.of(family.in(snapshot));
        Encoding encoding = encodings.encoding();
        KeyRange range = keys.range(encoding);
        long total = keys.isGiven() ? 0 : families.stream().mapToLong(snapshot::count).sum();
        try (EntryWriter writer = EntryWriter.of(text, json.isJson(), encoding, encoding, isAll)) {
            EntryOutput entries =
                    new EntryOutput(
                            snapshot,
                            writer,
                            done -> {
                                check.run();
                                meter.show(done, total, done, text.bytes());
                            });
            for (ColumnFamily one : families) {
                writer.family(one.name(), snapshot.count(one) == 0);
                entries.write(one, range, false, Long.MAX_VALUE);
            }
            return entries.entries();
        }
    }
}
