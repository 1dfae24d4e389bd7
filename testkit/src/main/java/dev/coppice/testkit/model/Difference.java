package dev.coppice.testkit.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.ReadHandle;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;

/** Finds the first place where a store holds something else than it should. Stateless. */
final class Difference {
    private static final int SHOWN_BYTES = 24;

    private Difference() {}

    /** Compares families, counts, entries in order, and each entry by its key. */
    static void requireNone(Contents expected, ReadHandle actual) {
        Set<String> names = new TreeSet<>();
        actual.families().forEach(family -> names.add(family.name()));
        Set<String> expectedNames = new TreeSet<>();
        expected.families().forEach(expectedNames::add);
        if (!names.equals(expectedNames)) {
            throw new AssertionError("families: expected " + expectedNames + ", found " + names);
        }
        for (String name : expectedNames) {
            compare(name, expected.entries(name), actual);
        }
    }

    private static void compare(
            String name, NavigableMap<byte[], byte[]> expected, ReadHandle actual) {
        ColumnFamily family = ColumnFamily.of(name);
        try (Cursor cursor = actual.cursor(family)) {
            for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
                compare(name, entry, cursor);
            }
            if (cursor.next()) {
                throw different(name, "expected the end", entry(cursor.key(), cursor.value()));
            }
        }
        if (actual.count(family) != expected.size()) {
            throw different(
                    name, "expected count " + expected.size(), "count " + actual.count(family));
        }
        expected.forEach((key, value) -> {
            byte[] found = actual.get(family, key);
            if (!Arrays.equals(found, value)) {
                throw different(
                        name,
                        "expected that get of " + text(key) + " is " + text(value),
                        found == null ? "nothing" : text(found));
            }
        });
    }

    private static void compare(String name, Map.Entry<byte[], byte[]> expected, Cursor cursor) {
        boolean isThere = cursor.next();
        if (!isThere
                || !Arrays.equals(cursor.key(), expected.getKey())
                || !Arrays.equals(cursor.value(), expected.getValue())) {
            throw different(
                    name,
                    "expected " + entry(expected.getKey(), expected.getValue()),
                    isThere ? entry(cursor.key(), cursor.value()) : "the end");
        }
    }

    private static AssertionError different(String family, String expected, String found) {
        return new AssertionError("family " + family + ": " + expected + ", found " + found);
    }

    private static String entry(byte[] key, byte[] value) {
        return text(key) + " = " + text(value);
    }

    /** {@return bytes as text where they are printable, else in hexadecimal, the first of them} */
    static String text(byte[] bytes) {
        byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
        boolean isText = shown.length > 0;
        for (byte each : shown) {
            isText &= each >= ' ' && each < 127;
        }
        String text =
                isText
                        ? '"' + new String(shown, ISO_8859_1) + '"'
                        : "0x" + HexFormat.of().formatHex(shown);
        return shown.length == bytes.length ? text : text + ".. (" + bytes.length + " bytes)";
    }
}
