package dev.coppice;

/**
 * When a read compares the checksum of a page, and those of a value that has pages of its own.
 * Recovery and checks always compare them, and copies, differences and vacuum those of such values.
 * What this process has written since it opened the store has not come from the medium, and is not
 * compared but by {@link #ALWAYS}.
 */
public enum Verify {
    /** Never on reads. */
    NEVER,
    /** On the first read of each page, and of each whole value, after the store was opened. */
    FIRST_TOUCH,
    /** On every read of a page that is on the medium. */
    ALWAYS
}
