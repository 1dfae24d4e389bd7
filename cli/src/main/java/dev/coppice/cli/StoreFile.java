package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The store that a command works on. Thread safety: one thread. */
final class StoreFile {
    @Parameters(index = "0", paramLabel = "FILE", description = "the store")
    private Path path;

    Path path() {
        return path;
    }

    /** Opens a store that exists, to look into it. */
    Store openToRead() {
        requireStore();
        return Store.open(
                path, StoreConfig.defaults().withReadOnly(true).withCreateIfMissing(false));
    }

    /** Opens a store that exists, to change it. */
    Store openToChange() {
        requireStore();
        return Store.open(path, StoreConfig.defaults().withCreateIfMissing(false));
    }

    /** Opens a store, which is created where there is none. */
    Store openOrCreate() {
        refuseDirectory();
        return Store.open(path);
    }

    private void requireStore() {
        refuseDirectory();
        if (!Files.exists(path)) {
            throw new UsageException(
                    "no store at " + path + ": check the path; load and put create one");
        }
    }

    private void refuseDirectory() {
        if (Files.isDirectory(path)) {
            throw new UsageException(path + " is a directory: give the store's file");
        }
    }
}
