package dev.coppice.testkit;

import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;

/** Decides which operations of a simulated disk fail. Thread safety: one thread. */
final class FaultPlan {
    private long count;
    private long first = Long.MAX_VALUE;
    private long last;
    private long interrupted = -1;
    private long writes;
    private long shortened = -1;
    private Fault fault = Fault.IO_ERROR;

    /** {@return how many operations were asked about} */
    long count() {
        return count;
    }

    void plan(long ordinal, Fault kind, boolean forGood) {
        fault = kind;
        first = count + ordinal;
        last = forGood ? Long.MAX_VALUE : first;
    }

    void planInterrupt(long ordinal) {
        interrupted = count + ordinal;
    }

    /** {@return how many writes were asked about} */
    long writeCount() {
        return writes;
    }

    void planShortWrite(long ordinal, Fault kind) {
        shortened = writes + ordinal;
        fault = kind;
    }

    /**
     * Counts a write.
     *
     * @return how many of its bytes are written before it fails; all of them: it does not
     */
    long writtenOf(long length) {
        writes++;
        if (failsNext()) {
            return length / 2;
        }
        if (writes != shortened) {
            return length;
        }
        long[] prefixes = {0, 1, 511, 512, 513, length / 2, length - 512, length - 1};
        return Math.clamp(prefixes[(int) (writes % prefixes.length)], 0, length - 1);
    }

    void clear() {
        interrupted = -1;
        shortened = -1;
        first = Long.MAX_VALUE;
        last = 0;
    }

    /** {@return whether the next operation is to fail} */
    boolean failsNext() {
        count++;
        if (count == interrupted) {
            Thread.currentThread().interrupt();
        }
        return count >= first && count <= last;
    }

    StoreException failure(String what) {
        return fault == Fault.DISK_FULL
                ? new StoreFullException("No space is left on the simulated disk for " + what + ".")
                : new StoreIoException("The simulated disk failed " + what + ".");
    }
}
