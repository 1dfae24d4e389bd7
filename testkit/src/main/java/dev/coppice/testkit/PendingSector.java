package dev.coppice.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * The contents that a sector had since it was last flushed, the newest excepted, which is in the
 * page cache. Version 0 is the durable one.
 *
 * <p>Thread safety: one thread.
 */
final class PendingSector {
    /** A sector that changes more often between two flushes forgets some contents in between. */
    private static final int MAX_OLDER = 16;

    // Contents are never modified once they are here
    private final List<byte[]> older = new ArrayList<>();

    // For each version, the newest included: which change of the file's size cut it off, or 0
    private final List<Integer> cutBy = new ArrayList<>();

    PendingSector(byte[] durable) {
        older.add(durable);
        cutBy.add(0);
        cutBy.add(0);
    }

    private PendingSector(PendingSector other) {
        older.addAll(other.older);
        cutBy.addAll(other.cutBy);
    }

    PendingSector copy() {
        return new PendingSector(this);
    }

    /** {@return the number of the newest version} */
    int newest() {
        return older.size();
    }

    /** {@return a version that is not the newest} */
    byte[] content(int version) {
        return older.get(version);
    }

    byte[] durable() {
        return older.getFirst();
    }

    /** Notes that the newest version gave way to another. */
    void supersede(byte[] newest) {
        if (older.size() == MAX_OLDER) {
            forgetOne();
        }
        older.add(newest);
        cutBy.add(0);
    }

    /** Forgets the oldest content but the durable one and those that a cut made. */
    private void forgetOne() {
        int index = 1;
        while (index < older.size() - 1 && cutBy.get(index) != 0) {
            index++;
        }
        older.subList(index, index + 1).clear();
        cutBy.subList(index, index + 1).clear();
    }

    /** Notes that the newest version came about because the file was cut. */
    void setCutBy(int sizeChange) {
        cutBy.set(newest(), sizeChange);
    }

    /**
     * {@return the version nearest to a wanted one that can be on the medium}
     *
     * @param sizeChanges how many changes of the file's size are: what they cut off is gone, what
     *     later ones cut off is not
     */
    int possible(int wanted, int sizeChanges) {
        int first = 0;
        int last = newest();
        for (int i = 1; i < cutBy.size(); i++) {
            int cut = cutBy.get(i);
            if (cut > sizeChanges) {
                last = Math.min(last, i - 1);
            } else if (cut > 0) {
                first = i;
            }
        }
        return Math.clamp(wanted, first, Math.max(first, last));
    }

    /**
     * Makes all changes of the file's size durable.
     *
     * @return whether anything is still unsynced
     */
    boolean settleCuts() {
        int first = possible(0, Integer.MAX_VALUE);
        if (first == newest()) {
            return false;
        }
        older.subList(0, first).clear();
        cutBy.subList(0, first).clear();
        cutBy.replaceAll(_ -> 0);
        return true;
    }
}
