package dev.coppice;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.LeafPage;
import java.time.Duration;
import java.util.Objects;

/**
 * How long an entry is to live that is put or touched: for ever, up to a moment, or for a time from
 * the operation on. From its deadline on, an entry is not there for anybody who reads.
 *
 * {@snippet :
 * static final Lifetime MINUTE = Lifetime.of(Duration.ofMinutes(1));
 *
 * txn.put(SESSIONS, id, session, MINUTE);
 * txn.put(QUOTES, symbol, quote, Lifetime.until(closeOfTrading.toEpochMilli()));
 * }
 *
 * <p>Time is that of {@link StoreConfig#clock}, in milliseconds. An entry whose deadline has passed
 * already may be stored, and is expired at once.
 *
 * <p>Thread safety: immutable.
 */
public final class Lifetime {
    private static final int NEVER = 0;
    private static final int UNTIL = 1;
    private static final int MILLIS = 2;
    private static final int FAMILY = 3;

    /** No deadline, whatever the family says. */
    public static final Lifetime FOREVER = new Lifetime(NEVER, 0);

    /** As long as the family says, which is for ever unless it has a default time to live. */
    public static final Lifetime OF_FAMILY = new Lifetime(FAMILY, 0);

    private final int kind;
    private final long millis;

    private Lifetime(int kind, long millis) {
        this.kind = kind;
        this.millis = millis;
    }

    /**
     * {@return up to a moment}
     *
     * @param deadlineMillis milliseconds since 1970, not negative
     */
    public static Lifetime until(long deadlineMillis) {
        if (deadlineMillis < 0) {
            throw new IllegalArgumentException(
                    "deadline: deadlineMillis=" + deadlineMillis + ", min=0");
        }
        return new Lifetime(UNTIL, deadlineMillis);
    }

    /**
     * {@return for a time from the operation on} Parts of milliseconds are rounded up. A deadline
     * beyond {@link Long#MAX_VALUE} becomes that.
     *
     * @param ttl not negative; of zero, the entry is expired at once
     */
    public static Lifetime of(Duration ttl) {
        return new Lifetime(MILLIS, millis(ttl));
    }

    /** {@return a time in milliseconds, rounded up} */
    static long millis(Duration ttl) {
        Objects.requireNonNull(ttl, "ttl");
        if (ttl.isNegative()) {
            throw new IllegalArgumentException("time to live: ttl=" + ttl + ", min=PT0S");
        }
        if (ttl.getSeconds() >= Long.MAX_VALUE / 1000) {
            return Long.MAX_VALUE;
        }
        long wholes = ttl.toMillis();
        return ttl.getNano() % 1_000_000 == 0 ? wholes : wholes + 1;
    }

    /** {@return the deadline of an entry of a tree, in the engine's terms} */
    long deadline(WriteView view, TreeRoot tree) {
        if (kind == FAMILY) {
            return view.defaultDeadline(tree);
        }
        if (kind == MILLIS) {
            return view.deadlineIn(millis);
        }
        return kind == UNTIL ? millis : LeafPage.NO_DEADLINE;
    }

    /** {@return what, together with {@link #millis}, tells {@link #of(int, long)} which it is} */
    int code() {
        return kind;
    }

    long millis() {
        return millis;
    }

    /** {@return what {@link #code} and {@link #millis} have said} */
    static Lifetime of(int code, long millis) {
        return code == FAMILY ? OF_FAMILY : new Lifetime(code, millis);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Lifetime lifetime
                && kind == lifetime.kind
                && millis == lifetime.millis;
    }

    @Override
    public int hashCode() {
        return 31 * kind + Long.hashCode(millis);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case NEVER -> "for ever";
            case UNTIL -> "until " + millis;
            case MILLIS -> "for " + millis + " ms";
            default -> "as the family says";
        };
    }
}
