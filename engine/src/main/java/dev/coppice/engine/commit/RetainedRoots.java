package dev.coppice.engine.commit;

import dev.coppice.engine.page.PageMap;
import java.util.Arrays;

/**
 * The roots that names keep: those that the newest root lists, and those that it does not list any
 * more while a root that a power loss may bring back still does.
 *
 * <p>Thread safety: the holder of the writer role.
 */
final class RetainedRoots {
    /*
     * A root that was dropped by transaction d is listed by roots before d only. Every root that a
     * durable slot names, or that a checkpoint is about to bring into one, is at least as new as the
     * known base: once that is not older than d, nobody can find the name any more (rule R10).
     */
    private static final int FIELDS = 2;

    /** Those that the newest root lists, ascending. */
    private long[] listed;

    /** Pairs: a root that was dropped, and the transaction that dropped it. */
    private long[] dropped = {};

    /**
     * Those of a store that is being opened.
     *
     * @param latest the root that is newest
     * @param base the root of the last checkpoint
     */
    RetainedRoots(PageMap pages, StoreRoot latest, StoreRoot base) {
        this.listed = NamedRoot.ids(pages, base);
        if (latest.txn() != base.txn()) {
            update(pages, latest);
        }
    }

    /**
     * Takes over what a root lists that is about to be the newest one.
     *
     * @return whether it does not list a root any more that the one before listed
     */
    boolean update(PageMap pages, StoreRoot next) {
        long[] ids = NamedRoot.ids(pages, next);
        long[] longer = Arrays.copyOf(dropped, dropped.length + FIELDS * listed.length);
        int size = dropped.length;
        for (long id : listed) {
            if (Arrays.binarySearch(ids, id) < 0) {
                longer[size] = id;
                longer[size + 1] = next.txn();
                size += FIELDS;
            }
        }
        boolean areDropped = size > dropped.length;
        dropped = Arrays.copyOf(longer, size);
        listed = ids;
        return areDropped;
    }

    /** {@return the roots that the newest root lists, ascending; not to be changed} */
    long[] listed() {
        return listed;
    }

    /** {@return pairs: a root that was dropped, and the transaction that dropped it; as above} */
    long[] dropped() {
        return dropped;
    }

    /** Takes over what another process has found. */
    void become(long[] newListed, long[] newDropped) {
        listed = newListed;
        dropped = newDropped;
    }

    /** {@return how many roots the newest root lists} */
    int count() {
        return listed.length;
    }

    /** {@return at most so many roots are kept} */
    int limit() {
        return listed.length + dropped.length / FIELDS;
    }

    /** {@return whether a root that the newest one lists sees pages that lived so long} */
    boolean sees(long birth, long death) {
        int at = Arrays.binarySearch(listed, birth);
        at = at < 0 ? -1 - at : at;
        return at < listed.length && listed[at] < death;
    }

    /**
     * Adds the ids of the roots that are kept though the newest root does not list them.
     *
     * @param base id of the known base
     * @return one past the last of them
     */
    int addDropped(long[] target, int from, long base) {
        int at = from;
        int kept = 0;
        for (int i = 0; i < dropped.length; i += FIELDS) {
            if (dropped[i + 1] > base) {
                target[at++] = dropped[i];
                dropped[kept] = dropped[i];
                dropped[kept + 1] = dropped[i + 1];
                kept += FIELDS;
            }
        }
        if (kept < dropped.length) {
            dropped = Arrays.copyOf(dropped, kept);
        }
        return at;
    }

    /**
     * Merges the ids of the roots that the newest root lists into those that are there, ascending.
     *
     * @return how many ids there are then
     */
    int mergeListed(long[] ids, int count) {
        int own = listed.length - 1;
        int other = count - 1;
        for (int at = count + listed.length - 1; own >= 0; at--) {
            boolean isOther = other >= 0 && ids[other] > listed[own];
            ids[at] = isOther ? ids[other--] : listed[own--];
        }
        return count + listed.length;
    }
}
