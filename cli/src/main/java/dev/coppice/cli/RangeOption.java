package dev.coppice.cli;

import dev.coppice.KeyRange;
import dev.coppice.cli.text.Encoding;
import picocli.CommandLine.Option;

/** The keys that a command works on. Thread safety: one thread. */
final class RangeOption {
    @Option(names = "--prefix", paramLabel = "P", description = "only keys that begin with P")
    private String prefix;

    @Option(names = "--from", paramLabel = "K", description = "only keys not below K")
    private String from;

    @Option(names = "--to", paramLabel = "K", description = "only keys below K")
    private String to;

    /** {@return the keys that all given options leave} */
    KeyRange range(Encoding encoding) {
        KeyRange range = KeyRange.all();
        if (prefix != null) {
            range = KeyRange.prefix(encoding.decode(prefix));
        }
        if (from != null) {
            range = range.and(KeyRange.from(encoding.decode(from)));
        }
        if (to != null) {
            range = range.and(KeyRange.below(encoding.decode(to)));
        }
        return range;
    }

    boolean isGiven() {
        return prefix != null || from != null || to != null;
    }
}
