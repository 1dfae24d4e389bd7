package dev.coppice.cli;

import dev.coppice.KeyRange;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.Encoding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Removes an entry, or those of a range. */
@Command(
        name = "del",
        mixinStandardHelpOptions = true,
        description = {
            "Removes an entry; ends with 1 where the key is not there.",
            "With --prefix, --from or --to in place of a key, removes all entries of that range and"
                    + " prints how many there were, be it none."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice del prices.coppice EURUSD",
            "  coppice del ids.coppice --cf users --long 1234",
            "  coppice del prices.coppice --prefix EUR"
        })
final class DelCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "the key")
    private String key;

    @Mixin private RangeOption range;
    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if ((key == null) != range.isGiven()) {
            throw new UsageException("give a key, or --prefix, --from or --to");
        }
        Encoding keys = longs.keys(encodings.encoding());
        return key == null ? removeRange(range.range(keys)) : remove(keys.decode(key));
    }

    private int removeRange(KeyRange removed) {
        long count;
        try (Store store = file.openToChange();
                WriteTransaction txn = store.begin()) {
            count = txn.deleteRange(family.in(txn), removed);
            txn.commit();
        }
        show(count);
        return ExitCode.OK;
    }

    private void show(long removed) {
        if (json.isJson()) {
            main.console().json(out -> out.field("removed", removed));
        } else if (key == null) {
            main.console().say("removed " + Numbers.entries(removed));
        }
    }

    private int remove(byte[] keyBytes) {
        boolean wasThere;
        try (Store store = file.openToChange();
                WriteTransaction txn = store.begin()) {
            wasThere = txn.delete(family.in(txn), keyBytes);
            txn.commit();
        }
        show(wasThere ? 1 : 0);
        if (!wasThere) {
            main.console().err().line("coppice: no such key: " + key);
        }
        return wasThere ? ExitCode.OK : ExitCode.NEGATIVE;
    }
}
