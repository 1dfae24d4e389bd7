package dev.coppice;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What finds out that a handle became garbage before it was closed. One is made for each handle, so
 * it is as small as it can be; it lives as long as its pin calls it the owner.
 *
 * <p>Thread safety: immutable.
 */
class HandleRef extends WeakReference<ReadHandle> {
    private final Pin pin;

    HandleRef(ReadHandle handle, ReferenceQueue<ReadHandle> queue, Pin pin) {
        super(handle, queue);
        this.pin = pin;
    }

    /** One that knows where its handle was opened. */
    static final class Traced extends HandleRef {
        private final Throwable site = new Throwable("opened here");

        Traced(ReadHandle handle, ReferenceQueue<ReadHandle> queue, Pin pin) {
            super(handle, queue, pin);
        }

        @Override
        Throwable site() {
            return site;
        }
    }

    Pin pin() {
        return pin;
    }

    /** {@return where the handle was opened, where that was recorded} */
    @Nullable Throwable site() {
        return null;
    }
}
