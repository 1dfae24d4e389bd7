package dev.coppice.cli;

import dev.coppice.MaintenanceMode;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.error.BusyException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The store that a command works on. Thread safety: one thread. */
final class StoreFile {
    @Parameters(index = "0", paramLabel = "FILE", description = "the store")
    private Path path;

    /** The store that picocli sets. */
    StoreFile() {}

    StoreFile(Path path) {
        this.path = path;
    }

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
        return openToWrite(StoreConfig.defaults().withCreateIfMissing(false));
    }

    /** As {@link #openToChange}, without checkpoints that nobody asked for. */
    Store openToCheckpoint() {
        requireStore();
        return openToWrite(
                StoreConfig.defaults()
                        .withCreateIfMissing(false)
                        .withBackgroundCheckpoints(false)
                        .withMaintenance(MaintenanceMode.MANUAL));
    }

    /** Opens a store, which is created where there is none. */
    Store openOrCreate() {
        refuseDirectory();
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new UsageException(
                    "there is no directory " + parent + ": create it before the store " + path);
        }
        return openToWrite(StoreConfig.defaults());
    }

    private Store openToWrite(StoreConfig config) {
        try {
            return Store.open(path, config);
        } catch (BusyException e) {
            throw new BusyException(
                    e.getMessage()
                            + " Close it there first; commands that only read work beside it.",
                    e);
        }
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
