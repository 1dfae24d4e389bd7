package dev.coppice;

/** When the checksum of a page is compared. Recovery and checks always do. */
public enum Verify {
    /** Never on reads. */
    NEVER,
    /** On the first read of each page after the store was opened. */
    FIRST_TOUCH,
    /** On every read of a page that is on the medium. */
    ALWAYS
}
