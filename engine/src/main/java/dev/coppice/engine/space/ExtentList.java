package dev.coppice.engine.space;

import java.util.Arrays;

/**
 * A growing list of extents: runs of consecutive pages, each with the life that a superseded page
 * had. Appending the successor of the last extent extends it.
 *
 * <p>Thread safety: one thread.
 */
public final class ExtentList {
    private static final int FIELDS = 4;

    private long[] fields = new long[16 * FIELDS];
    private int size;
    private int mergeFrom;
    private long pages;

    /** Appends pages that were never superseded. */
    public void add(long page, long count) {
        add(page, count, 0, 0);
    }

    /** Appends pages that lived from {@code birth} until {@code death}. */
    public void add(long page, long count, long birth, long death) {
        if (size > mergeFrom) {
            int last = (size - 1) * FIELDS;
            if (fields[last] + fields[last + 1] == page
                    && fields[last + 2] == birth
                    && fields[last + 3] == death) {
                fields[last + 1] += count;
                pages += count;
                return;
            }
        }
        makeRoom();
        int at = size++ * FIELDS;
        pages += count;
        fields[at] = page;
        fields[at + 1] = count;
        fields[at + 2] = birth;
        fields[at + 3] = death;
    }

    /** Makes that the next {@link #add} needs no memory. */
    void makeRoom() {
        if ((size + 1) * FIELDS > fields.length) {
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
    }

    /** {@return the number of extents; {@link #truncate} returns to it} */
    public int mark() {
        mergeFrom = size;
        return size;
    }

    /** Drops the extents from {@code mark} on. */
    public void truncate(int mark) {
        for (int i = mark; i < size; i++) {
            pages -= count(i);
        }
        size = mark;
        mergeFrom = Math.min(mergeFrom, mark);
    }

    /** {@return a list of its own with the same extents} */
    public ExtentList copy() {
        ExtentList copy = new ExtentList();
        copy.fields = fields.clone();
        copy.size = size;
        copy.mergeFrom = mergeFrom;
        copy.pages = pages;
        return copy;
    }

    public void clear() {
        truncate(0);
        if (fields.length > 1 << 16) {
            fields = new long[16 * FIELDS];
        }
    }

    public int size() {
        return size;
    }

    /** {@return the pages in all extents} */
    public long pages() {
        return pages;
    }

    public long page(int index) {
        return fields[index * FIELDS];
    }

    public long count(int index) {
        return fields[index * FIELDS + 1];
    }

    public long birth(int index) {
        return fields[index * FIELDS + 2];
    }

    public long death(int index) {
        return fields[index * FIELDS + 3];
    }
}
