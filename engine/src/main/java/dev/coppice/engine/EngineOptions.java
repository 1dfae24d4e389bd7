package dev.coppice.engine;

import dev.coppice.engine.page.PageSize;

/**
 * How an engine is opened.
 *
 * @param pageSize page size of a store that is created; an existing one has its own
 * @param verify when checksums of pages are compared
 * @param growBytes bytes by which the file grows at least, a multiple of 4096
 */
public record EngineOptions(PageSize pageSize, Verify verify, long growBytes) {

    /** When the checksum of a sealed page is compared. */
    public enum Verify {
        /** Never but at recovery and in checks. */
        NEVER,
        /** Once for each page after the store was opened. */
        FIRST_TOUCH,
        /** Whenever a page is read. */
        ALWAYS
    }

    public EngineOptions {
        if (growBytes < 4096 || growBytes % 4096 != 0) {
            throw new IllegalArgumentException(
                    "growth: growBytes=" + growBytes + ", must be a multiple of 4096");
        }
    }

    /** {@return what suits most stores} */
    public static EngineOptions defaults() {
        return new EngineOptions(new PageSize(4096), Verify.FIRST_TOUCH, 1 << 18);
    }
}
