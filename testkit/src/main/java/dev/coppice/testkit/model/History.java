package dev.coppice.testkit.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commits of a store in their order, with what the store has said about them: which are
 * published, which it called durable, and which one is being made. From that follows what a crash
 * may leave.
 *
 * <p>Thread safety: one thread.
 */
public final class History {
    /** Id of the state of a new store. */
    public static final long FIRST_TXN = 1L << 48;

    private final List<Commit> commits = new ArrayList<>();
    private int durable;
    private @Nullable Contents running;

    /**
     * One commit.
     *
     * @param txn its id
     * @param contents all entries behind it
     */
    public record Commit(long txn, Contents contents) {}

    /** Starts with a store that is new. */
    public History() {
        commits.add(new Commit(FIRST_TXN, new Contents()));
    }

    private History(List<Commit> commits, int durable) {
        this.commits.addAll(commits);
        this.durable = durable;
    }

    /** {@return the newest published commit} */
    public Commit newest() {
        return commits.getLast();
    }

    /** {@return how many commits are published, the state of the new store included} */
    public int size() {
        return commits.size();
    }

    /** {@return the newest commit that the store called durable} */
    public Commit durable() {
        return commits.get(durable);
    }

    // ---- what happens

    /** A commit call begins. */
    public void begin(Contents contents) {
        running = contents;
    }

    /** The commit call has failed and nothing of it may remain. */
    public void withdraw() {
        running = null;
    }

    /** The commit call has returned. */
    public void publish(long txn, boolean isDurable) {
        commits.add(new Commit(txn, requireRunning()));
        running = null;
        if (isDurable) {
            markDurable(commits.size());
        }
    }

    private Contents requireRunning() {
        if (running == null) {
            throw new IllegalStateException("no commit is being made");
        }
        return running;
    }

    /** The store has said that the first {@code count} commits are durable. */
    public void markDurable(int count) {
        durable = Math.max(durable, count - 1);
    }

    // ---- what a crash may leave

    /** {@return what the next process may find in the same boot, oldest first} */
    public List<Contents> afterKill() {
        return from(commits.size() - 1);
    }

    /** {@return what may be left after a power loss, oldest first} */
    public List<Contents> afterPowerLoss() {
        return from(durable);
    }

    private List<Contents> from(int first) {
        List<Contents> all = new ArrayList<>();
        for (Commit commit : commits.subList(first, commits.size())) {
            all.add(commit.contents());
        }
        if (running != null) {
            all.add(running);
        }
        return all;
    }

    /**
     * {@return what the store should contain where it opened at a transaction, or null where it may
     * not open there}
     */
    public @Nullable Contents contentsAt(long txn) {
        for (int i = commits.size() - 1; i >= 0; i--) {
            if (commits.get(i).txn() == txn) {
                return commits.get(i).contents();
            }
        }
        return txn > newest().txn() ? running : null;
    }

    /**
     * {@return a history that goes on from what was found after a crash}
     *
     * @param isDurable whether what was found is known to be on the medium
     */
    public History recoveredAt(long txn, boolean isDurable) {
        int count = 0;
        while (count < commits.size() && commits.get(count).txn() <= txn) {
            count++;
        }
        List<Commit> kept = new ArrayList<>(commits.subList(0, count));
        if (kept.getLast().txn() != txn) {
            kept.add(new Commit(txn, requireRunning()));
        }
        return new History(kept, isDurable ? kept.size() - 1 : Math.min(durable, kept.size() - 1));
    }
}
