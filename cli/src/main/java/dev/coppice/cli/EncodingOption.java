package dev.coppice.cli;

import dev.coppice.cli.text.Encoding;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that choose an {@link Encoding}. Thread safety: one thread. */
final class EncodingOption {
    @ArgGroup(exclusive = true)
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = "--utf8",
                description =
                        "keys and values are UTF-8; \\t \\n \\r \\\\ and \\xHH stand for bytes"
                                + " (default)")
        private boolean isUtf8;

        @Option(names = "--hex", description = "keys and values are hexadecimal")
        private boolean isHex;

        @Option(names = "--base64", description = "keys and values are base64")
        private boolean isBase64;
    }

    Encoding encoding() {
        if (choice.isUtf8 || !(choice.isHex || choice.isBase64)) {
            return Encoding.UTF8;
        }
        return choice.isHex ? Encoding.HEX : Encoding.BASE64;
    }
}
