package dev.coppice.cli;

import dev.coppice.NamedSnapshot;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What commit a command reads. Thread safety: one thread. */
final class SnapshotOption {
    @Option(
            names = "--snapshot",
            paramLabel = "NAME",
            description = "the named snapshot (default: the newest commit)")
    private String name;

    /** {@return the snapshot, to be closed} */
    Snapshot open(Store store) {
        return name == null ? store.snapshot() : open(store, name);
    }

    /** {@return a named snapshot, which must be there} */
    static Snapshot open(Store store, String name) {
        boolean isThere =
                store.namedSnapshots().stream().anyMatch(each -> each.name().equals(name));
        if (!isThere) {
            String names =
                    store.namedSnapshots().stream()
                            .map(NamedSnapshot::name)
                            .collect(Collectors.joining(", "));
            throw new AbsentException(
                    "no snapshot named '"
                            + name
                            + "'; the store has "
                            + (names.isEmpty() ? "none" : names));
        }
        return store.snapshot(name);
    }
}
