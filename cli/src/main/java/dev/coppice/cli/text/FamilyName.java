package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The name of the family on the current line, which mostly is that of the line before. */
final class FamilyName {
    private byte[] bytes = {};
    private String name = "";

    /** {@return UTF-8 as a string} */
    String of(byte[] text, int from, int to) {
        if (!Arrays.equals(bytes, 0, bytes.length, text, from, to)) {
            bytes = Arrays.copyOfRange(text, from, to);
            name = new String(bytes, UTF_8);
        }
        return name;
    }
}
