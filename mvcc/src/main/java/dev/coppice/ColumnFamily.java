package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The name of a column family: a key space of its own in the same store and the same transactions.
 *
 * @param name 1 to 255 bytes in UTF-8
 */
public record ColumnFamily(String name) {
    private static final int MAX_NAME_BYTES = 255;

    /** The family that always exists, and that methods without a family use. */
    public static final ColumnFamily DEFAULT = new ColumnFamily("default");

    public ColumnFamily {
        if (!UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                    "name of a column family: it has half of a surrogate pair, and so no UTF-8");
        }
        int bytes = name.getBytes(UTF_8).length;
        if (bytes == 0 || bytes > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name of a column family: bytes=" + bytes + ", must be 1 to " + MAX_NAME_BYTES);
        }
    }

    /** {@return the family of that name} */
    public static ColumnFamily of(String name) {
        return new ColumnFamily(name);
    }
}
