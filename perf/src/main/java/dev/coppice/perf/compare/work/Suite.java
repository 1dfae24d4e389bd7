package dev.coppice.perf.compare.work;

import static dev.coppice.perf.compare.work.Work.*;

import java.util.List;
import java.util.Locale;

/**
 * Stores of one shape and what is done with them, in this order. Works in one list may share a JVM
 * where time is short; a load, and whatever leaves the store changed, ends its list.
 *
 * <p>Thread safety: immutable.
 */
public enum Suite {
    MAIN("16-digit keys, 100-byte values", KeyKind.DECIMAL, 100, false),
    ASCENDING("ascending 16-digit keys, 100-byte values", KeyKind.DECIMAL, 100, true),
    RANDOM("random 16-byte keys, 100-byte values", KeyKind.RANDOM, 100, false),
    LARGE("16-digit keys, 2 KiB values", KeyKind.DECIMAL, 2048, false),
    LARGE_ASCENDING("ascending 16-digit keys, 2 KiB values", KeyKind.DECIMAL, 2048, true),
    INTEGERS("32-bit keys, 100-byte values", KeyKind.INTEGER, 100, false),
    INTEGERS_ASCENDING("ascending 32-bit keys, 100-byte values", KeyKind.INTEGER, 100, true),
    LARGE_INTEGERS("32-bit keys, 2 KiB values", KeyKind.INTEGER, 2048, false),
    LARGE_INTEGERS_ASCENDING("ascending 32-bit keys, 2 KiB values", KeyKind.INTEGER, 2048, true),
    IOARENA("ioarena: random 16-byte keys, 32-byte values", KeyKind.RANDOM, 32, false),
    SNKV("SNKV's benchmark: 12-byte keys, 61-byte values", KeyKind.SNKV, 61, true);

    private static final int LARGE_VALUE_BYTES = 1024;
    private static final int LARGE_DIVISOR = 5;

    private final String title;
    private final KeyKind keys;
    private final int valueBytes;
    private final boolean isAscending;

    Suite(String title, KeyKind keys, int valueBytes, boolean isAscending) {
        this.title = title;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.isAscending = isAscending;
    }

    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Suite of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    public String title() {
        return title;
    }

    public Shape shape() {
        return new Shape(keys, valueBytes, isAscending);
    }

    /** {@return what is done, in this order; works in one list may share a JVM} */
    public List<List<Work>> groups() {
        return switch (this) {
            case MAIN ->
                    List.of(
                            List.of(LOAD),
                            List.of(
                                    GET,
                                    GET_REFRESHED,
                                    GET_NEWEST,
                                    MULTI_GET,
                                    SCAN_BYTE,
                                    SCAN_ALL,
                                    REVERSE_BYTE,
                                    REVERSE_ALL),
                            List.of(READ_SEQ, READ_REV, READ_CRC, RANGE_10, RANGE_100),
                            List.of(READERS_1, READERS_2, READERS_1_WRITER, READERS_2_WRITER),
                            List.of(PUT, COMMIT, COMMIT_100),
                            List.of(MIXED),
                            List.of(COMMIT_DURABLE, COMMIT_DURABLE_8),
                            List.of(OPEN),
                            List.of(RANGE_DELETE));
            case ASCENDING ->
                    List.of(
                            List.of(LOAD),
                            List.of(GET, READ_SEQ, READ_REV, READ_CRC),
                            List.of(COMMIT_ASCENDING));
            case RANDOM -> List.of(List.of(LOAD), List.of(GET));
            case LARGE ->
                    List.of(
                            List.of(LOAD),
                            List.of(GET, READ_SEQ, READ_REV, READ_CRC),
                            List.of(COMMIT));
            case LARGE_ASCENDING,
                    INTEGERS,
                    INTEGERS_ASCENDING,
                    LARGE_INTEGERS,
                    LARGE_INTEGERS_ASCENDING ->
                    List.of(List.of(LOAD), List.of(GET, READ_SEQ, READ_REV, READ_CRC));
            case IOARENA -> List.of(List.of(CRUD), List.of(CRUD_DURABLE));
            case SNKV ->
                    List.of(
                            List.of(
                                    SNKV_WRITE,
                                    SNKV_READ,
                                    SNKV_SCAN,
                                    SNKV_UPDATE,
                                    SNKV_DELETE,
                                    SNKV_EXISTS,
                                    SNKV_MIXED,
                                    SNKV_BULK));
        };
    }

    /** {@return how many entries it has where small ones are so many} */
    public int entries(int small) {
        return valueBytes < LARGE_VALUE_BYTES ? small : small / LARGE_DIVISOR;
    }
}
