package dev.coppice.cli;

import dev.coppice.KeyRange;
import dev.coppice.cli.text.Encoding;
import java.util.Arrays;
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
        if (prefix != null && encoding == Encoding.LONG) {
            throw new UsageException("--long goes without --prefix: give --from and --to");
        }
        KeyRange range = bounds(encoding);
        return prefix == null ? range : KeyRange.prefix(encoding.decode(prefix)).and(range);
    }

    private KeyRange bounds(Encoding encoding) {
        byte[] lower = from == null ? null : encoding.decode(from);
        byte[] upper = to == null ? null : encoding.decode(to);
        if (lower != null && upper != null && Arrays.compareUnsigned(lower, upper) > 0) {
            throw new UsageException("--from " + from + " is above --to " + to);
        }
        return KeyRange.of(lower, upper);
    }

    boolean isGiven() {
        return prefix != null || from != null || to != null;
    }
}
