package dev.coppice.cli;

import dev.coppice.KeyRange;
import dev.coppice.cli.text.Encoding;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which entries a command walks along, from which end, and how many. Thread safety: one thread. */
final class WalkOption {
    @Mixin private RangeOption keys;

    @Option(names = "--reverse", description = "from the last key to the first")
    private boolean isReverse;

    @Option(names = "--limit", paramLabel = "N", description = "at most N entries")
    private long limit = Long.MAX_VALUE;

    KeyRange range(Encoding encoding) {
        return keys.range(encoding);
    }

    boolean isReverse() {
        return isReverse;
    }

    /** {@return how many entries at most} */
    long limit() {
        if (limit < 0) {
            throw new UsageException("--limit " + limit + ": at least 0");
        }
        return limit;
    }
}
