package dev.coppice.engine.commit;

/**
 * The pages of a free-space image.
 *
 * @param firstPage first of them, 0 where there is no image
 * @param pages how many, contiguous
 * @param birth birth in their headers
 */
public record ImageExtent(long firstPage, long pages, long birth) {
    static final ImageExtent NONE = new ImageExtent(0, 0, 0);
}
