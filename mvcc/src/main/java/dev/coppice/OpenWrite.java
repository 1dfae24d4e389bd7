package dev.coppice;

import dev.coppice.engine.WriteView;
import java.lang.ref.WeakReference;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The write transaction that is open, as far as it matters whether anybody can still end it.
 *
 * <p>Thread safety: immutable.
 */
final class OpenWrite extends WeakReference<WriteHandle> {
    /*
     * A transaction that nobody ends keeps all writers out. It is forgotten when no thread can ever
     * call it again and none is inside a call:
     *
     * - its thread has ended: no other one may use it;
     * - its handle is garbage, and its thread is not inside one of its methods. That needs a look at
     *   the stack, because a handle can become garbage while its last call still runs. No such call
     *   can begin later.
     */
    private static final Set<String> HANDLES =
            Set.of(
                    ReadHandle.class.getName(),
                    EntryWrites.class.getName(),
                    AtomicOperations.class.getName(),
                    WriteHandle.class.getName(),
                    WriteTransaction.class.getName(),
                    Cursor.class.getName());

    private static final String ENGINE = "dev.coppice.engine.";

    private final WriteView view;
    private final Thread owner = Thread.currentThread();
    private final @Nullable Throwable site;

    /**
     * Watches the transaction that this thread has begun.
     *
     * @param site where it was begun, or null
     */
    OpenWrite(WriteHandle handle, WriteView view, @Nullable Throwable site) {
        super(handle);
        this.view = view;
        this.site = site;
    }

    WriteView view() {
        return view;
    }

    @Nullable Throwable site() {
        return site;
    }

    /** {@return whether this thread began it, and has lost its handle} */
    boolean isLostBySelf() {
        return owner.equals(Thread.currentThread()) && refersTo(null);
    }

    /** {@return whether nobody can end it any more} */
    boolean isForgotten() {
        return !owner.isAlive() || (refersTo(null) && !isInside(owner.getStackTrace()));
    }

    private static boolean isInside(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (HANDLES.contains(name) || name.startsWith(ENGINE)) {
                return true;
            }
        }
        return false;
    }

    /** {@return what to tell about it} */
    String text() {
        return "a write transaction of thread "
                + owner.getName()
                + (owner.isAlive() ? " was forgotten" : ", which has ended, was never closed")
                + ": it was rolled back, so that others can write"
                + (site == null ? "" : "; begun here:");
    }
}
