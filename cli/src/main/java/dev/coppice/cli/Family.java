package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.WriteTransaction;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The column family that a command works on. Thread safety: one thread. */
final class Family {
    @Option(
            names = "--cf",
            paramLabel = "NAME",
            description = "the column family (default: default)")
    private String name;

    /** {@return whether a family was named} */
    boolean isGiven() {
        return name != null;
    }

    /** {@return the family, whether it is there or not} */
    ColumnFamily family() {
        return name == null ? ColumnFamily.DEFAULT : ColumnFamily.of(name);
    }

    /** {@return the family, which the snapshot must have} */
    ColumnFamily in(Snapshot snapshot) {
        return existing(snapshot.families());
    }

    /** {@return the family, which the transaction must see} */
    ColumnFamily in(WriteTransaction txn) {
        return existing(txn.families());
    }

    /** {@return the family, created where it is missing} */
    ColumnFamily createdIn(WriteTransaction txn) {
        ColumnFamily family = family();
        if (!txn.families().contains(family)) {
            txn.createFamily(family);
        }
        return family;
    }

    private ColumnFamily existing(List<ColumnFamily> families) {
        ColumnFamily family = family();
        if (!families.contains(family)) {
            String names =
                    families.stream().map(ColumnFamily::name).collect(Collectors.joining(", "));
            throw new AbsentException(
                    "no column family named '" + name + "'; the store has: " + names);
        }
        return family;
    }
}
