package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/**
 * Bytes of the file are not what the store wrote. The message names the page and what was found.
 */
public final class CorruptStoreException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final long pageId;

    /**
     * Reports a page whose content contradicts what led to it.
     *
     * @param pageId the page, or -1 where no single page is to blame
     */
    public CorruptStoreException(long pageId, String what, Object expected, Object actual) {
        this(
                pageId,
                "page " + pageId + ": " + what + ": expected=" + expected + ", found=" + actual,
                (Throwable) null);
    }

    public CorruptStoreException(long pageId, String message) {
        this(pageId, message, (Throwable) null);
    }

    public CorruptStoreException(long pageId, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.pageId = pageId;
    }

    /** {@return the page that was found damaged, or -1} */
    public long pageId() {
        return pageId;
    }
}
