package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Counts entries. */
@Command(
        name = "count",
        mixinStandardHelpOptions = true,
        description =
                "Prints how many entries there are, without reading them. Those that have expired and"
                        + " were not purged are counted, unless --live leaves them out.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice count prices.coppice",
            "  coppice count prices.coppice --cf fx --prefix EUR",
            "  coppice count ids.coppice --long --from 0 --json"
        })
final class CountCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private Family family;
    @Mixin private SnapshotOption commit;
    @Mixin private RangeOption keys;

    @Option(names = "--live", description = "only entries that have not expired; looks at them")
    private boolean isLive;

    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        KeyRange range = keys.range(longs.keys(encodings.encoding()));
        try (Store store = file.openToRead();
                Snapshot snapshot = commit.open(store)) {
            ColumnFamily counted = family.in(snapshot);
            long count =
                    isLive ? snapshot.countLive(counted, range) : snapshot.count(counted, range);
            if (json.isJson()) {
                main.console().json(out -> out.field("cf", counted.name()).field("count", count));
            } else {
                main.console().say(Long.toString(count));
            }
        }
        return ExitCode.OK;
    }
}
