package dev.coppice.testkit.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.Expiry;
import dev.coppice.KeyRange;
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
    static void requireNone(Contents expected, ReadHandle actual, long nowMillis) {
        Set<String> names = new TreeSet<>();
        actual.families().forEach(family -> names.add(family.name()));
        Set<String> expectedNames = new TreeSet<>();
        expected.families().forEach(expectedNames::add);
        if (!names.equals(expectedNames)) {
            throw new AssertionError("families: expected " + expectedNames + ", found " + names);
        }
        for (String name : expectedNames) {
            NavigableMap<byte[], byte[]> live = expected.live(name, nowMillis);
            compare(name, live, actual);
            compareExpiry(name, expected, live.size(), nowMillis, actual);
        }
    }

    /** Entries that have expired may have been purged, and are absent for whoever asks. */
    private static void compareExpiry(
            String name, Contents expected, int liveCount, long nowMillis, ReadHandle actual) {
        ColumnFamily family = ColumnFamily.of(name);
        long ttl = actual.defaultTtl(family).toMillis();
        if (ttl != expected.ttl(name)) {
            throw different(name, "expected default time to live " + expected.ttl(name), "" + ttl);
        }
        long count = actual.count(family);
        long expired = actual.countExpired(family, KeyRange.all());
        if (count - expired != liveCount) {
            throw different(
                    name, "expected count " + liveCount, "count " + count + ", expired " + expired);
        }
        for (byte[] key : expected.expired(name, nowMillis)) {
            if (actual.get(family, key) != null || actual.expiry(family, key).isPresent()) {
                throw different(name, "expected that " + text(key) + " has expired", "it is there");
            }
        }
        for (byte[] key : expected.live(name, nowMillis).keySet()) {
            long deadline = expected.deadline(name, key);
            Expiry expiry = actual.expiry(family, key);
            boolean isRight =
                    switch (expiry) {
                        case Expiry.Absent() -> false;
                        case Expiry.Never() -> deadline == Contents.NEVER;
                        case Expiry.At(long at, long _) -> deadline == at;
                    };
            if (!isRight) {
                throw different(
                        name, "expected " + text(key) + " with deadline " + deadline, "" + expiry);
            }
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
