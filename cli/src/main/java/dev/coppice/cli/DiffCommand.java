package dev.coppice.cli;

import dev.coppice.Snapshot;
import dev.coppice.SnapshotDiff;
import dev.coppice.Store;
import dev.coppice.cli.text.ChangeWriter;
import dev.coppice.cli.text.Encoding;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints what changed between two snapshots. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what changed from one named snapshot to another, or to the newest commit.",
            "Lines begin with insert, update, delete, or for column families create, change, drop;"
                    + " then come column family, key and new value, separated by tabs. Entries of a"
                    + " column family that was dropped are not listed.",
            "Reads what was changed, not what there is. Entries that expire end with a tab and"
                    + " expires= and milliseconds since 1970."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice diff prices.coppice monday",
            "  coppice diff prices.coppice monday tuesday --json | jq -r .key"
        })
final class DiffCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(index = "1", paramLabel = "BEFORE", description = "the first snapshot")
    private String before;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "AFTER",
            description = "the second one (default: the newest commit)")
    private String after;

    @Mixin private EncodingOption encodings;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Encoding encoding = encodings.encoding();
        try (Store store = file.openToRead();
                Snapshot one = SnapshotOption.open(store, before);
                Snapshot other =
                        after == null ? store.snapshot() : SnapshotOption.open(store, after);
                SnapshotDiff diff = store.diff(one, other);
                ChangeWriter writer =
                        ChangeWriter.of(main.console().text(), json.isJson(), encoding)) {
            while (diff.next()) {
                write(diff, writer);
            }
        }
        return ExitCode.OK;
    }

    private static void write(SnapshotDiff diff, ChangeWriter writer) {
        String family = diff.family().name();
        switch (diff.kind()) {
            case FAMILY_CREATED -> writer.family("create", family, diff.defaultTtl().toMillis());
            case FAMILY_CHANGED -> writer.family("change", family, diff.defaultTtl().toMillis());
            case FAMILY_DROPPED -> writer.family("drop", family, 0);
            case INSERTED ->
                    writer.entry("insert", family, diff.key(), null, diff.valueAfter(), at(diff));
            case UPDATED ->
                    writer.entry(
                            "update",
                            family,
                            diff.key(),
                            diff.valueBefore(),
                            diff.valueAfter(),
                            at(diff));
            case DELETED ->
                    writer.entry(
                            "delete",
                            family,
                            diff.key(),
                            diff.valueBefore(),
                            null,
                            ChangeWriter.NEVER);
        }
    }

    private static long at(SnapshotDiff diff) {
        return diff.deadlineAfter();
    }
}
