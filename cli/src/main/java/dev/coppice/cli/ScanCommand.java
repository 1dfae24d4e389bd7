package dev.coppice.cli;

import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Prints entries in the order of their keys. */
@Command(
        name = "scan",
        mixinStandardHelpOptions = true,
        description =
                "Prints entries in the order of their keys, one \"key<TAB>value\" line each, which"
                        + " load reads again.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice scan prices.coppice --prefix EUR",
            "  coppice scan prices.coppice --from EUR --to GBP --reverse --limit 10",
            "  coppice scan old.coppice | coppice load new.coppice -"
        })
final class ScanCommand implements Callable<Integer> {
    private static final byte[] TAB = {'\t'};
    private static final byte[] NEW_LINE = {'\n'};

    @ParentCommand private Main main;
    @Mixin private StoreFile file;
    @Mixin private Family family;

    @Option(names = "--prefix", paramLabel = "P", description = "only keys that begin with P")
    private String prefix;

    @Option(names = "--from", paramLabel = "K", description = "only keys not below K")
    private String from;

    @Option(names = "--to", paramLabel = "K", description = "only keys below K")
    private String to;

    @Option(names = "--reverse", description = "from the last key to the first")
    private boolean isReverse;

    @Option(names = "--limit", paramLabel = "N", description = "at most N entries")
    private long limit = Long.MAX_VALUE;

    @Mixin private EncodingOption encodings;

    @Override
    public Integer call() {
        KeyRange range = range();
        try (Store store = file.openToRead();
                Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor(family.in(snapshot))) {
            print(cursor, range);
        }
        return ExitCode.OK;
    }

    private KeyRange range() {
        KeyRange range = KeyRange.all();
        if (prefix != null) {
            range = KeyRange.prefix(decoded(prefix));
        }
        if (from != null) {
            range = range.and(KeyRange.from(decoded(from)));
        }
        if (to != null) {
            range = range.and(KeyRange.below(decoded(to)));
        }
        return range;
    }

    private byte[] decoded(String argument) {
        return encodings.encoding().decode(argument);
    }

    private void print(Cursor cursor, KeyRange range) {
        Encoding encoding = encodings.encoding();
        boolean isThere = isReverse ? toEnd(cursor, range) : toStart(cursor, range);
        for (long i = 0; i < limit && isThere; i++) {
            byte[] key = cursor.key();
            if (!range.contains(key)) {
                return;
            }
            print(encoding.encode(key));
            print(TAB);
            print(encoding.encode(cursor.value()));
            print(NEW_LINE);
            isThere = isReverse ? cursor.previous() : cursor.next();
        }
    }

    private static boolean toStart(Cursor cursor, KeyRange range) {
        byte[] start = range.from();
        boolean isBounded = start != null && start.length > 0;
        return isBounded ? cursor.seek(start) : cursor.first();
    }

    private static boolean toEnd(Cursor cursor, KeyRange range) {
        byte[] end = range.to();
        if (end == null) {
            return cursor.last();
        }
        boolean isThere = cursor.seekFloor(end);
        boolean isBehind = isThere && Arrays.equals(cursor.key(), end);
        return isBehind ? cursor.previous() : isThere;
    }

    private void print(byte[] bytes) {
        main.console().out().bytes(bytes, 0, bytes.length);
    }
}
