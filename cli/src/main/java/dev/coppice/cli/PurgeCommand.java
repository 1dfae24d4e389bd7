package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Removes expired entries. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        description = "Removes the entries that have expired, of one or all column families.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice purge cache.coppice",
            "  coppice purge cache.coppice --cf sessions --limit 100000"
        })
final class PurgeCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Option(
            names = "--cf",
            paramLabel = "NAME",
            description = "only this column family (default: all)")
    private String name;

    @Option(names = "--limit", paramLabel = "N", description = "at most N entries")
    private long limit = Long.MAX_VALUE;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new UsageException("--limit " + limit + ": at least 1");
        }
        long purged;
        try (Store store = file.openToChange()) {
            purged = purge(store);
        }
        if (json.isJson()) {
            main.console().json(out -> out.field("purged", purged));
        } else {
            main.console().say("purged " + Numbers.entries(purged));
        }
        return ExitCode.OK;
    }

    private long purge(Store store) {
        long purged = 0;
        boolean isKnown = false;
        try (Snapshot snapshot = store.snapshot()) {
            for (ColumnFamily family : snapshot.families()) {
                boolean isWanted = name == null || name.equals(family.name());
                isKnown |= isWanted;
                if (isWanted && purged < limit) {
                    purged += store.purgeExpired(family, limit - purged);
                }
            }
        }
        if (!isKnown) {
            throw new AbsentException("no column family named '" + name + "'");
        }
        return purged;
    }
}
