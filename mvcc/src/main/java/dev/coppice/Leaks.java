package dev.coppice;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots and readers that became garbage without having been closed: lets go of what they pin,
 * counts them, and warns of the first one, and of the first one whose place of opening is known.
 *
 * <p>Thread safety: any thread.
 */
final class Leaks {
    /*
     * A stack trace costs about a kilobyte, so that only some handles carry one: the first that is
     * opened through a slot, every 64th after it, up to the 4,096th. A program that has opened so
     * many has shown that it closes them, and pays nothing more; until one is found to be forgotten,
     * which brings the stack traces back.
     */
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long TRACED_EACH = 64;
    private static final long TRACED_UP_TO = 4096;

    private final ReferenceQueue<ReadHandle> garbage = new ReferenceQueue<>();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean isTracing;

    // Guarded by this
    private boolean wasSiteTold;

    /**
     * Watches a handle.
     *
     * <p>Requires: its pin is not open yet.
     */
    void watch(ReadHandle handle, Pin pin) {
        long number = pin.countHandle();
        boolean isTraced = number % TRACED_EACH == 0 && (isTracing || number < TRACED_UP_TO);
        pin.owner(
                isTraced
                        ? new HandleRef.Traced(handle, garbage, pin)
                        : new HandleRef(handle, garbage, pin));
    }

    /** {@return handles that were forgotten, as far as that is known} */
    long count() {
        return count.get();
    }

    /** Lets go of what forgotten handles pin; returns how many there were. */
    int release(OpenPins pins) {
        int released = 0;
        Reference<? extends ReadHandle> found = garbage.poll();
        while (found != null) {
            HandleRef handle = (HandleRef) found;
            String openedBy = handle.pin().openedBy();
            if (pins.releaseOwnedBy(handle)) {
                released++;
                forgotten(openedBy, handle.site());
            }
            found = garbage.poll();
        }
        return released;
    }

    private synchronized void forgotten(String openedBy, @Nullable Throwable site) {
        boolean isFirst = count.incrementAndGet() == 1;
        isTracing = true;
        boolean isNews = isFirst || (site != null && !wasSiteTold);
        wasSiteTold |= site != null;
        if (isNews) {
            LOG.log(System.Logger.Level.WARNING, text(openedBy, site), site);
        }
    }

    private String text(String openedBy, @Nullable Throwable site) {
        return "a snapshot or reader was never closed and is garbage: what it pinned is let go;"
                + " forgotten so far: "
                + count.get()
                + (openedBy.isEmpty() ? "" : "; opened by thread " + openedBy)
                + (site == null
                        ? "; where is not known, every "
                                + TRACED_EACH
                                + "th handle carries a stack trace from here on"
                        : "; opened here:");
    }
}
