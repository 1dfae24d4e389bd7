package dev.coppice.engine.space;

import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageMap;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The bytes of a value on their way into a page or a run: of an array, of native memory, of another
 * run, or zeros.
 *
 * <p>Thread safety: one writer. Reused; refers to the caller's memory until {@link #clear}.
 */
public final class ValueSource {
    /*
     * Memory segments on the heap never come here: one of them would make every access to a page
     * slower from then on, because compiled code would have to tell heap and native memory apart.
     */
    private byte[] array;
    private MemorySegment segment;
    private PageMap runPages;
    private long runBirth;
    private long from;
    private int length;

    /** {@return this, as bytes of an array} */
    public ValueSource of(byte[] bytes, int start, int count) {
        array = bytes;
        segment = null;
        runPages = null;
        return range(start, count);
    }

    /** {@return this, as bytes of native or mapped memory} */
    public ValueSource of(MemorySegment memory, long start, int count) {
        assert memory.isNative();
        array = null;
        segment = memory;
        runPages = null;
        return range(start, count);
    }

    /** {@return this, as the bytes of an overflow run, whose checksums are compared} */
    public ValueSource ofRun(PageMap pages, long firstPage, long birth, int count) {
        array = null;
        segment = null;
        runPages = pages;
        runBirth = birth;
        return range(firstPage, count);
    }

    /** {@return this, as so many zeros} */
    public ValueSource zeros(int count) {
        array = null;
        segment = null;
        runPages = null;
        return range(0, count);
    }

    private ValueSource range(long start, int count) {
        from = start;
        length = count;
        return this;
    }

    /** Lets go of the caller's memory. */
    public void clear() {
        zeros(0);
    }

    public int length() {
        return length;
    }

    /** Copies {@code count} bytes from {@code offset} on, of no run, into a page. */
    public void copyTo(int offset, MemorySegment target, long position, int count) {
        if (array != null) {
            MemorySegment.copy(array, (int) from + offset, target, Bytes.U8, position, count);
        } else if (segment != null) {
            MemorySegment.copy(segment, from + offset, target, position, count);
        } else {
            assert runPages == null;
            zero(target, position, count);
        }
    }

    private static void zero(MemorySegment target, long position, int count) {
        int done = 0;
        for (; done + Long.BYTES <= count; done += Long.BYTES) {
            target.set(Bytes.U64, position + done, 0);
        }
        for (; done < count; done++) {
            target.set(Bytes.U8, position + done, (byte) 0);
        }
    }

    /** Copies {@code count} bytes from {@code offset} on to the start of an array. */
    void copyTo(int offset, byte[] target, int count) {
        if (array != null) {
            System.arraycopy(array, (int) from + offset, target, 0, count);
        } else if (segment != null) {
            MemorySegment.copy(segment, Bytes.U8, from + offset, target, 0, count);
        } else if (runPages != null) {
            OverflowRun.read(runPages, from, runBirth, length, offset, target, 0, count);
        } else {
            Arrays.fill(target, 0, count, (byte) 0);
        }
    }
}
