package dev.coppice;

/**
 * The name of a column family: a key space of its own in the same store and the same transactions.
 *
 * @param name 1 to 255 bytes in UTF-8
 */
public record ColumnFamily(String name) {
    /** The family that always exists, and that methods without a family use. */
    public static final ColumnFamily DEFAULT = new ColumnFamily("default");

    public ColumnFamily {
        Names.require("column family", name);
    }

    /** {@return the family of that name} */
    public static ColumnFamily of(String name) {
        return new ColumnFamily(name);
    }
}
