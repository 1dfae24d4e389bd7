package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Removes an entry. */
@Command(
        name = "del",
        mixinStandardHelpOptions = true,
        description = "Removes an entry; ends with 1 where the key is not there.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice del prices.coppice EURUSD",
            "  coppice del ids.coppice --cf users --long 1234"
        })
final class DelCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    private String key;

    @Mixin private Family family;
    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;

    @Override
    public Integer call() {
        byte[] keyBytes = longs.keys(encodings.encoding()).decode(key);
        boolean wasThere;
        try (Store store = file.openToChange();
                WriteTransaction txn = store.begin()) {
            wasThere = txn.delete(family.in(txn), keyBytes);
            txn.commit();
        }
        if (!wasThere) {
            main.console().err().line("coppice: no such key: " + key);
        }
        return wasThere ? ExitCode.OK : ExitCode.NEGATIVE;
    }
}
