package dev.coppice.cli;

import dev.coppice.MaintenanceMode;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The store that a command works on. Thread safety: one thread. */
final class StoreFile {
    @Parameters(index = "0", paramLabel = "FILE", description = "the store")
    private Path path;

    @Option(
            names = "--busy-timeout",
            paramLabel = "MS",
            description =
                    "wait at most so many milliseconds for a transaction of another process, or for"
                            + " one that opens or closes the store (default: 5000)")
    private long busyTimeout = StoreConfig.defaults().busyTimeoutMillis();

    @Option(
            names = "--immutable",
            description =
                    "nobody changes the store meanwhile: read it without making or writing"
                            + " FILE-live")
    private boolean isImmutable;

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
        return Store.open(path, config().withReadOnly(true).withImmutable(isImmutable));
    }

    private StoreConfig config() {
        if (busyTimeout < 0) {
            throw new UsageException("--busy-timeout " + busyTimeout + ": at least 0 milliseconds");
        }
        return StoreConfig.defaults().withCreateIfMissing(false).withBusyTimeoutMillis(busyTimeout);
    }

    /** Opens a store that exists, to change it. */
    Store openToChange() {
        requireStore();
        return openToWrite(config());
    }

    /** As {@link #openToChange}, without checkpoints that nobody asked for. */
    Store openToCheckpoint() {
        requireStore();
        return openToWrite(
                config().withBackgroundCheckpoints(false).withMaintenance(MaintenanceMode.MANUAL));
    }

    /** Opens a store, which is created where there is none. */
    Store openOrCreate() {
        refuseDirectory();
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new UsageException(
                    "there is no directory " + parent + ": create it before the store " + path);
        }
        return openToWrite(config().withCreateIfMissing(true));
    }

    private Store openToWrite(StoreConfig config) {
        if (isImmutable) {
            throw new UsageException("--immutable: this command changes the store");
        }
        return Store.open(path, config);
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
