package dev.coppice;

import dev.coppice.engine.btree.TreeCursor;
import java.util.Arrays;

/**
 * Where a cursor stands, also when the state that its handle reads becomes another one: then it
 * goes on from the key it stood on or beside.
 *
 * <p>Moves are checked here, since a place must not be one that was read from other pages: a step
 * that throws leaves the cursor where it was, another move leaves it as a new one. Whether anything
 * may be called is for {@link Cursor} to check. Thread safety: one thread.
 */
final class Walk {
    /*
     * While nothing changes, the tree cursor knows the place. Once the trees have changed, its path
     * leads through pages that may be something else, and only the key counts. That key is kept
     * ("held") wherever it could not be read any more by then: the leaf is a copy and stays, but
     * the end of a long key lies in pages outside.
     */
    private enum Place {
        /** Before the first entry and behind the last, where nothing was looked for. */
        NOWHERE,
        /** On the entry of the tree cursor. */
        ENTRY,
        /** On the entry with the held key, which may have been removed. */
        KEY,
        /** Between the held key and what is above it. */
        ABOVE_KEY,
        /** Between the held key and what is below it. */
        BELOW_KEY
    }

    /** Which entry a seek is for. */
    enum Target {
        EXACT,
        CEILING,
        FLOOR,
        HIGHER,
        LOWER
    }

    private final ReadHandle handle;
    private final ColumnFamily family;
    private final boolean isFixed;
    private final TreeCursor tree;
    private Place place = Place.NOWHERE;
    private long changes;
    private byte[] held = {};
    private int heldBytes;

    Walk(ReadHandle handle, ColumnFamily family, KeyRange range) {
        this.handle = handle;
        this.family = family;
        this.isFixed = handle instanceof Snapshot;
        this.tree = new TreeCursor(handle.pages(), handle.tree(family), handle.clock());
        this.changes = handle.changes();
        keepTo(range);
    }

    /** Stands before the first entry of a range, and keeps to it. */
    void keepTo(KeyRange range) {
        place = Place.NOWHERE;
        tree.within(range.lower(), range.upper());
    }

    boolean isOnEntry() {
        return place == Place.ENTRY || place == Place.KEY;
    }

    boolean first() {
        leave();
        return landed(tree.first(), Place.NOWHERE);
    }

    boolean last() {
        leave();
        return landed(tree.last(), Place.NOWHERE);
    }

    /**
     * {@return whether it stands on an entry of the leaf that was copied, and its handle may be
     * used and has not moved since} Then what the leaf has can be looked at without more questions:
     * a handle that another thread closes just now is noticed at the next leaf.
     */
    boolean isInPlace() {
        return place == Place.ENTRY && handle.isStillAt(changes);
    }

    boolean next() {
        catchUp();
        handle.checkAfterRead();
        return switch (place) {
            case NOWHERE -> first();
            case ENTRY -> nextInPlace();
            case BELOW_KEY -> landed(tree.seek(held, heldBytes), Place.BELOW_KEY);
            case KEY, ABOVE_KEY -> landed(tree.seekHigher(held, heldBytes), Place.ABOVE_KEY);
        };
    }

    /** As {@link #next}. Requires: {@link #isInPlace} was true. */
    boolean nextInPlace() {
        if (tree.nextInLeaf()) {
            if (isFixed || !tree.isLongKey()) {
                return true;
            }
            // Its end is read from a page, which may fail: not before there is a key to stand on.
            tree.toIndex(tree.index() - 1);
        }
        standOnKey();
        return landed(tree.next(), Place.ABOVE_KEY);
    }

    boolean previous() {
        catchUp();
        handle.checkAfterRead();
        return switch (place) {
            case NOWHERE -> last();
            case ENTRY -> previousInPlace();
            case ABOVE_KEY -> landed(tree.seekFloor(held, heldBytes), Place.ABOVE_KEY);
            case KEY, BELOW_KEY -> landed(tree.seekLower(held, heldBytes), Place.BELOW_KEY);
        };
    }

    /** As {@link #previous}. Requires: {@link #isInPlace} was true. */
    boolean previousInPlace() {
        if (tree.previousInLeaf()) {
            if (isFixed || !tree.isLongKey()) {
                return true;
            }
            tree.toIndex(tree.index() + 1);
        }
        standOnKey();
        return landed(tree.previous(), Place.BELOW_KEY);
    }

    boolean seek(Target target, byte[] key, int keyBytes) {
        leave();
        boolean isThere =
                switch (target) {
                    case EXACT -> tree.seekExact(key, keyBytes);
                    case CEILING -> tree.seek(key, keyBytes);
                    case FLOOR -> tree.seekFloor(key, keyBytes);
                    case HIGHER -> tree.seekHigher(key, keyBytes);
                    case LOWER -> tree.seekLower(key, keyBytes);
                };
        if (!isThere) {
            hold(key, keyBytes);
        }
        boolean isAbove = target == Target.FLOOR || target == Target.HIGHER;
        return landed(isThere, isAbove ? Place.ABOVE_KEY : Place.BELOW_KEY);
    }

    boolean skip(long distance) {
        catchUp();
        long rest = distance;
        if (place != Place.ENTRY && rest != 0) {
            if (!(rest > 0 ? next() : previous())) {
                return false;
            }
            rest += rest > 0 ? -1 : 1;
        }
        if (rest == 0) {
            handle.checkAfterRead();
            return isOnEntry();
        }
        standOnKey();
        if (tree.skip(rest)) {
            return landed(true, Place.ENTRY);
        }
        return rest > 0 ? last() && next() : first() && previous();
    }

    /** {@return how many entries {@link #next} would come to} */
    long remaining() {
        catchUp();
        long behind =
                switch (place) {
                    case NOWHERE -> 0;
                    case ENTRY -> tree.rank() + 1;
                    case BELOW_KEY -> tree.rank(held, heldBytes);
                    case KEY, ABOVE_KEY -> tree.rankBehind(held, heldBytes);
                };
        return Math.max(0, tree.highRank() - Math.max(behind, tree.lowRank()));
    }

    /** Goes to the next entry and takes it and those behind it in its leaf into a batch. */
    boolean nextBatch(EntryBatch batch) {
        if (!next()) {
            batch.clear();
            return false;
        }
        hold();
        place = Place.BELOW_KEY;
        tree.toIndex(batch.fill(tree));
        return landed(true, Place.ENTRY);
    }

    /** {@return an array that starts with the key} Requires: isOnEntry(). */
    byte[] keyArray() {
        return isHeld() ? held : tree.keyArray();
    }

    /** {@return the length of the key} Requires: isOnEntry(). */
    int keyBytes() {
        return isHeld() ? heldBytes : tree.keyBytes();
    }

    private boolean isHeld() {
        return place == Place.KEY || (!isFixed && tree.isLongKey());
    }

    /** {@return the tree's cursor, on the entry if {@link #isInPlace} was true} */
    TreeCursor entryInPlace() {
        return tree;
    }

    /**
     * {@return the tree's cursor on the entry, to read its value} Requires: isOnEntry().
     *
     * @throws IllegalStateException when the entry has been removed, or has expired and the trees
     *     are other ones than when the cursor came to it
     */
    TreeCursor entry() {
        catchUp();
        if (place == Place.KEY) {
            if (!tree.seekExact(held, heldBytes)) {
                throw new IllegalStateException(
                        "the entry was removed, or has expired, since the cursor came to it:"
                                + " move the cursor");
            }
            landed(true, Place.ENTRY);
        }
        return tree;
    }

    /** Goes over to the trees as they are now, if they are not the same. */
    private void catchUp() {
        if (handle.changes() == changes) {
            return;
        }
        if (place == Place.ENTRY) {
            standOnKey();
        }
        tree.open(handle.pages(), handle.tree(family));
        changes = handle.changes();
    }

    /** Comes to a place, if what was read on the way counts: otherwise it stays as it was. */
    private boolean landed(boolean isThere, Place otherwise) {
        handle.checkAfterRead();
        if (isThere && !isFixed && tree.isLongKey()) {
            byte[] key = tree.keyArray();
            handle.checkAfterRead();
            hold(key, tree.keyBytes());
        }
        place = isThere ? Place.ENTRY : otherwise;
        return isThere;
    }

    /** Ends: it is in no place any more. */
    void end() {
        place = Place.NOWHERE;
    }

    /** Gives the place up for one that does not depend on it. */
    private void leave() {
        catchUp();
        place = Place.NOWHERE;
    }

    /** Keeps the place as a key, before the tree cursor leaves the leaf. */
    private void standOnKey() {
        if (!isHeld()) {
            hold();
        }
        place = Place.KEY;
    }

    private void hold() {
        hold(tree.keyArray(), tree.keyBytes());
    }

    private void hold(byte[] key, int keyBytes) {
        if (held.length < keyBytes) {
            held = Arrays.copyOf(key, keyBytes);
        } else {
            System.arraycopy(key, 0, held, 0, keyBytes);
        }
        heldBytes = keyBytes;
    }
}
