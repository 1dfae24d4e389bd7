package dev.coppice.fuzz.model;

import dev.coppice.Cursor;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Supplier;

/**
 * A cursor beside where it should stand: on a key or beside one, in entries that may change between
 * two moves.
 *
 * <p>Thread safety: one thread.
 */
final class CursorModel {
    private final Cursor cursor;
    private final String family;
    private final boolean isOfTransaction;
    private final Supplier<NavigableMap<byte[], byte[]>> entries;
    private Place place = Place.NEW;
    private byte[] key;

    private enum Place {
        /** Before the first; a step back leads to the last. */
        NEW,
        ON,
        /** Between the key and what is above it. */
        ABOVE,
        /** Between the key and what is below it. */
        BELOW
    }

    CursorModel(
            Cursor cursor,
            String family,
            boolean isOfTransaction,
            Supplier<NavigableMap<byte[], byte[]>> entries) {
        this.cursor = cursor;
        this.family = family;
        this.isOfTransaction = isOfTransaction;
        this.entries = entries;
    }

    boolean isOf(String name) {
        return isOfTransaction && family.equals(name);
    }

    boolean isOfTransaction() {
        return isOfTransaction;
    }

    void close() {
        cursor.close();
    }

    /** Moves both and compares them. */
    void move(Op.MoveCursor step) {
        NavigableMap<byte[], byte[]> all = entries.get();
        byte[] target = Keys.key(step.key());
        Map.Entry<byte[], byte[]> expected = expected(all, step.move(), target);
        boolean found = move(step.move(), target);
        if (found != (expected != null)) {
            throw new AssertionError(
                    step + " of a cursor " + place + " found " + found + " in " + all.size());
        }
        if (expected == null) {
            placeOff(step.move(), target);
            return;
        }
        place = Place.ON;
        key = expected.getKey();
        if (!Arrays.equals(cursor.key(), key)
                || !Arrays.equals(cursor.value(), expected.getValue())) {
            throw new AssertionError(step + " leads to another entry");
        }
    }

    private boolean move(Op.Move move, byte[] target) {
        return switch (move) {
            case FIRST -> cursor.first();
            case LAST -> cursor.last();
            case NEXT -> cursor.next();
            case PREVIOUS -> cursor.previous();
            case SEEK -> cursor.seek(target);
            case SEEK_FLOOR -> cursor.seekFloor(target);
        };
    }

    private Map.Entry<byte[], byte[]> expected(
            NavigableMap<byte[], byte[]> all, Op.Move move, byte[] target) {
        return switch (move) {
            case FIRST -> all.firstEntry();
            case LAST -> all.lastEntry();
            case SEEK -> all.ceilingEntry(target);
            case SEEK_FLOOR -> all.floorEntry(target);
            case NEXT ->
                    switch (place) {
                        case NEW -> all.firstEntry();
                        case ON, ABOVE -> all.higherEntry(key);
                        case BELOW -> all.ceilingEntry(key);
                    };
            case PREVIOUS ->
                    switch (place) {
                        case NEW -> all.lastEntry();
                        case ON, BELOW -> all.lowerEntry(key);
                        case ABOVE -> all.floorEntry(key);
                    };
        };
    }

    /** Where a move ends that comes to no entry. */
    private void placeOff(Op.Move move, byte[] target) {
        switch (move) {
            case FIRST, LAST -> place = Place.NEW;
            case SEEK, SEEK_FLOOR -> {
                place = move == Op.Move.SEEK ? Place.BELOW : Place.ABOVE;
                key = target;
            }
            case NEXT -> place = place == Place.ON ? Place.ABOVE : place;
            case PREVIOUS -> place = place == Place.ON ? Place.BELOW : place;
        }
    }
}
