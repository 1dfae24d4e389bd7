package dev.coppice;

/**
 * When the checksum of a page is compared, and those of a value that has pages of its own. Recovery
 * and checks always do, and what moves such a value to other pages.
 */
public enum Verify {
    /** Never on reads. */
    NEVER,
    /** On the first read of each page, and of each whole value, after the store was opened. */
    FIRST_TOUCH,
    /** On every read of a page that is on the medium. */
    ALWAYS
}
