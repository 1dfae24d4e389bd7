package dev.coppice.cli;

import dev.coppice.cli.text.Encoding;
import picocli.CommandLine.Option;

/** Whether keys are numbers, whatever values are. Thread safety: one thread. */
final class LongOption {
    @Option(
            names = "--long",
            description =
                    "keys are decimal numbers, stored as the API stores long keys: 8 bytes,"
                            + " big-endian, sign bit flipped; the other options then choose how"
                            + " values are written")
    private boolean isLong;

    /** {@return how keys are written where values are written that way} */
    Encoding keys(Encoding values) {
        return isLong ? Encoding.LONG : values;
    }
}
