package dev.coppice;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Builds keys of several parts whose bytes sort as the parts do, one after the other. Used again
 * for key after key; operations read it where it lies, so that nothing is allocated.
 *
 * {@snippet :
 * KeyBuilder key = new KeyBuilder();
 * txn.put(TICKS, key.reset().addUtf8("EURUSD").descending().addLong(nanos), tick);
 * cursor = reader.cursor(TICKS, KeyRange.prefix(key.reset().addUtf8("EURUSD")));
 * }
 *
 * <p>Keys sort right among keys that were built of the same kinds of parts. The bytes of each part
 * are part of the file format: docs/file-format.md.
 *
 * <p>Thread safety: one thread at a time. An operation reads the builder until it returns and does
 * not keep it.
 */
public final class KeyBuilder {
    /*
     * Text and bytes that may be followed by another part end with a zero, which sorts below all
     * that can stand in its place; the bytes 0 and 1 inside are written as 1,1 and 1,2. No encoded
     * part is then a prefix of another one, and so the complement of all its bytes sorts the other
     * way round.
     */
    private static final int TERMINATOR = 0;
    private static final int ESCAPE = 1;

    private byte[] bytes = new byte[64];
    private int length;

    /** All ones while the next part is to be in descending order, else zero. */
    private int mask;

    /** Creates a builder that holds no bytes. */
    public KeyBuilder() {}

    /** Forgets everything; the memory is used again. */
    public KeyBuilder reset() {
        length = 0;
        mask = 0;
        return this;
    }

    /** Makes the next part, and only that, sort from the highest to the lowest. */
    public KeyBuilder descending() {
        mask = -1;
        return this;
    }

    /** Adds 8 bytes in signed order: those of a long key. */
    public KeyBuilder addLong(long part) {
        return number(part ^ Long.MIN_VALUE, Long.BYTES);
    }

    /** Adds 4 bytes in signed order. */
    public KeyBuilder addInt(int part) {
        return number(part ^ Integer.MIN_VALUE, Integer.BYTES);
    }

    /** Adds 2 bytes in signed order. */
    public KeyBuilder addShort(short part) {
        return number(part ^ Short.MIN_VALUE, Short.BYTES);
    }

    /** Adds a byte in signed order. */
    public KeyBuilder addByte(byte part) {
        return number(part ^ Byte.MIN_VALUE, Byte.BYTES);
    }

    /**
     * Adds 8 bytes in the order of {@link Double#compare}: -0.0 below 0.0, NaN above infinity.
     * Every NaN is stored alike.
     */
    public KeyBuilder addDouble(double part) {
        long bits = Double.doubleToLongBits(part);
        return number(bits ^ (bits >> 63 | Long.MIN_VALUE), Long.BYTES);
    }

    private KeyBuilder number(long part, int partBytes) {
        reserve(partBytes);
        long masked = part ^ mask;
        for (int i = partBytes - 1; i >= 0; i--) {
            bytes[length++] = (byte) (masked >>> (8 * i));
        }
        mask = 0;
        return this;
    }

    /**
     * Adds text as UTF-8 with a terminator. It sorts by code points, and before all that it is the
     * beginning of.
     *
     * @throws IllegalArgumentException when it has half of a surrogate pair
     */
    public KeyBuilder addUtf8(CharSequence text) {
        int start = length;
        int end = text.length();
        try {
            for (int i = 0; i < end; i++) {
                int unit = text.charAt(i);
                if (Character.isSurrogate((char) unit)) {
                    unit = codePoint(text, i++);
                }
                codePoint(unit);
            }
            return terminate();
        } catch (IllegalArgumentException e) {
            length = start;
            throw e;
        }
    }

    private static int codePoint(CharSequence text, int at) {
        int point = Character.codePointAt(text, at);
        if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            throw new IllegalArgumentException(
                    "text of a key: half of a surrogate pair at index " + at);
        }
        return point;
    }

    private void codePoint(int point) {
        if (point < 0x80) {
            escaped(point);
        } else if (point < 0x800) {
            one(0xC0 | point >> 6);
            continuation(point);
        } else {
            if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                one(0xE0 | point >> 12);
            } else {
                one(0xF0 | point >> 18);
                continuation(point >> 12);
            }
            continuation(point >> 6);
            continuation(point);
        }
    }

    private void continuation(int bits) {
        one(0x80 | (bits & 0x3F));
    }

    /** Adds bytes, zeros among them, with a terminator, so that another part can follow. */
    public KeyBuilder addTerminated(byte[] part) {
        int start = length;
        try {
            for (byte each : part) {
                escaped(each & 0xFF);
            }
            return terminate();
        } catch (IllegalArgumentException e) {
            length = start;
            throw e;
        }
    }

    private KeyBuilder terminate() {
        one(TERMINATOR);
        mask = 0;
        return this;
    }

    private void escaped(int value) {
        if (value <= ESCAPE) {
            one(ESCAPE);
            one(value + 1);
        } else {
            one(value);
        }
    }

    private void one(int value) {
        reserve(1);
        bytes[length++] = (byte) (value ^ mask);
    }

    /**
     * Adds bytes as they are: as the last part, or as parts that have the same length in all keys.
     *
     * @throws IllegalStateException after {@link #descending}: bytes without an end have no
     *     descending order
     */
    public KeyBuilder addBytes(byte[] part) {
        if (mask != 0) {
            throw new IllegalStateException(
                    "descending: only parts that show where they end, as addTerminated does");
        }
        append(part, 0, part.length);
        return this;
    }

    /** Makes the key these bytes, instead of what it was. */
    public KeyBuilder set(byte[] source, int from, int keyBytes) {
        Objects.checkFromIndexSize(from, keyBytes, source.length);
        reset();
        append(source, from, keyBytes);
        return this;
    }

    /** Makes the key these bytes, instead of what it was. */
    public KeyBuilder set(MemorySegment source, long from, int keyBytes) {
        Objects.checkFromIndexSize(from, (long) keyBytes, source.byteSize());
        reset();
        reserve(keyBytes);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, bytes, 0, keyBytes);
        length = keyBytes;
        return this;
    }

    private void append(byte[] source, int from, int count) {
        reserve(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    private void reserve(int more) {
        int needed = length + more;
        if (needed <= bytes.length && needed <= Keys.MAX_KEY_BYTES) {
            return;
        }
        if (more > Keys.MAX_KEY_BYTES - length) {
            throw new IllegalArgumentException(
                    "key too long: keyBytes="
                            + ((long) length + more)
                            + ", max="
                            + Keys.MAX_KEY_BYTES);
        }
        bytes = Arrays.copyOf(bytes, Math.min(Keys.MAX_KEY_BYTES, Math.max(needed, 2 * length)));
    }

    /** {@return how many bytes it holds} */
    public int length() {
        return length;
    }

    /** {@return a copy of what it holds} */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** {@return where the key lies, from index 0 on; until the builder is changed} */
    byte[] array() {
        return bytes;
    }

    /** {@return the bytes in hexadecimal} */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, length);
    }
}
