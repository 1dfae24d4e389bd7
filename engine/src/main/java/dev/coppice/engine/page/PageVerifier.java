package dev.coppice.engine.page;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Decides when the checksum of a page is compared, and does it.
 *
 * <p>Only pages born up to a given transaction are looked at: those were sealed before. On first
 * touch means once for each page since the store was opened, remembered in one bit.
 *
 * <p>Thread safety: any thread. A lost update of a bit makes a page be verified twice.
 */
public final class PageVerifier {
    /** Older than any page: none is looked at. */
    public static final long NEVER = -1;

    private final boolean always;
    private final ThreadLocal<Checksum> checksum;
    private final long sealedAtOpening;
    private volatile long sealedUpTo;
    private volatile long[] touched = new long[0];

    /**
     * Creates a verifier.
     *
     * @param always on every visit instead of the first
     * @param sealedUpTo newest birth of pages that are known to be sealed
     */
    public PageVerifier(boolean always, long sealedUpTo, int pageBytes) {
        this.always = always;
        this.sealedUpTo = sealedUpTo;
        this.sealedAtOpening = sealedUpTo;
        this.checksum = ThreadLocal.withInitial(() -> new Checksum(pageBytes));
    }

    /**
     * Pages born up to {@code birth} are sealed too. First-touch verification does not need them.
     */
    public void sealedUpTo(long birth) {
        if (always) {
            sealedUpTo = birth;
        }
    }

    boolean isDue(long pageId, long birth) {
        // None has its bit where pages are compared on every visit.
        long[] bits = touched;
        long word = pageId >>> 6;
        boolean isVerified = word < bits.length && (bits[(int) word] & 1L << pageId) != 0;
        return !isVerified && birth <= sealedUpTo;
    }

    void verify(MemorySegment segment, long page, long pageId, int pageBytes) {
        int stored = PageHeader.crc(segment, page);
        if (stored == 0 && PageHeader.birth(segment, page) > sealedAtOpening) {
            // Superseded before it was ever sealed: only a snapshot still reads it.
            return;
        }
        int computed = checksum.get().ofPage(segment, page, pageBytes);
        if (stored != computed) {
            throw new CorruptStoreException(
                    pageId, "checksum", Integer.toHexString(computed), Integer.toHexString(stored));
        }
        if (!always) {
            remember(pageId);
        }
    }

    /** The pages of a run that starts there agreed with its checksums. */
    void verified(long firstPage) {
        if (!always) {
            remember(firstPage);
        }
    }

    private void remember(long pageId) {
        int word = (int) (pageId >>> 6);
        long[] bits = touched;
        if (word >= bits.length) {
            synchronized (this) {
                bits = touched;
                if (word >= bits.length) {
                    bits = Arrays.copyOf(bits, Math.max(word + 1, bits.length * 2));
                    touched = bits;
                }
            }
        }
        bits[word] |= 1L << pageId;
    }
}
