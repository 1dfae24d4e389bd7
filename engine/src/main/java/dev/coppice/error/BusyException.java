package dev.coppice.error;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else holds what was asked for: the writer role, or the store as a whole. The message
 * says who, since when and how long this waited, and so do the accessors, as far as that is known.
 */
public final class BusyException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final long processId;
    private final @Nullable Instant since;
    private final long waitedMillis;

    public BusyException(String message) {
        this(message, null);
    }

    public BusyException(String message, @Nullable Throwable cause) {
        this(message, 0, null, -1, cause);
    }

    /**
     * Reports who holds what was asked for.
     *
     * @param processId 0 where nobody knows
     * @param waitedMillis -1 where nobody waited
     */
    public BusyException(
            String message,
            long processId,
            @Nullable Instant since,
            long waitedMillis,
            @Nullable Throwable cause) {
        super(message, cause);
        this.processId = processId;
        this.since = since;
        this.waitedMillis = waitedMillis;
    }

    /**
     * {@return the process that holds what was asked for, which may be this one, by the id that it
     * has in its own system; 0 where nobody knows}
     */
    public long processId() {
        return processId;
    }

    /** {@return since when that process has it, or longer; null where nobody knows} */
    public @Nullable Instant since() {
        return since;
    }

    /** {@return how long this waited, in milliseconds; -1 where waiting is of no use} */
    public long waitedMillis() {
        return waitedMillis;
    }
}
