package dev.coppice.testkit;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where the store of a test lies, from one opening to the next. Thread safety: one thread. */
sealed interface Place {
    /** Opens the store, the first time or again. */
    Store open(StoreConfig config);

    /** Ends its use. */
    void leave(boolean hasFailed);

    /** {@return where it can be found after a failure, or nothing} */
    default String description() {
        return "";
    }

    /** In memory, for one opening. */
    final class InMemory implements Place {
        private boolean wasOpened;

        @Override
        public Store open(StoreConfig config) {
            if (wasOpened) {
                throw new IllegalStateException(
                        "a store in memory is gone when it is closed: use Medium.FILE or"
                                + " Medium.SIMULATED_DISK to reopen it");
            }
            wasOpened = true;
            return Store.inMemory(config);
        }

        @Override
        public void leave(boolean hasFailed) {
            // The memory went when the store was closed.
        }
    }

    /**
     * A file of the caller's.
     *
     * @param path of the data file
     */
    record InFile(Path path) implements Place {
        @Override
        public Store open(StoreConfig config) {
            return Store.open(path, config);
        }

        @Override
        public void leave(boolean hasFailed) {
            // It stays the caller's.
        }

        @Override
        public String description() {
            return path.toString();
        }
    }

    /**
     * A file in a directory that is made for it.
     *
     * @param file in that directory
     */
    record InDirectory(InFile file) implements Place {
        static InDirectory create() {
            try {
                Path directory = Files.createTempDirectory("coppice-test");
                return new InDirectory(new InFile(directory.resolve("store.coppice")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Store open(StoreConfig config) {
            return file.open(config);
        }

        @Override
        public void leave(boolean hasFailed) {
            if (hasFailed) {
                return;
            }
            try (var files = Files.walk(file.path().getParent())) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String description() {
            return file.description();
        }
    }

    /** A simulated disk, of which each opening gets an image of its own. */
    final class OnDisk implements Place {
        private final List<SimulatedDisk> before = new ArrayList<>();
        private SimulatedDisk disk;
        private boolean wasOpened;

        OnDisk(SimulatedDisk disk) {
            this.disk = disk;
        }

        SimulatedDisk disk() {
            return disk;
        }

        /** Goes on with what a crash has left. */
        void crashed(SimulatedDisk image) {
            // Handles of the dead process may still be used by the test: their memory stays.
            before.add(disk);
            disk = image;
            wasOpened = false;
        }

        @Override
        public Store open(StoreConfig config) {
            if (wasOpened) {
                crashed(disk.kill());
            }
            wasOpened = true;
            return Store.on(disk, config);
        }

        @Override
        public void leave(boolean hasFailed) {
            // Whoever left a transaction open may still write there: the memory is not to be
            // reused.
            if (!hasFailed) {
                before.forEach(SimulatedDisk::discard);
                disk.discard();
            }
        }
    }
}
