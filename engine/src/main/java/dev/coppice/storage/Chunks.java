package dev.coppice.storage;

/** How positions in the data file map to chunks of the mapping. Thread safety: immutable. */
final class Chunks {
    private static final int SHIFT = Integer.numberOfTrailingZeros(Storage.CHUNK_BYTES);

    private Chunks() {}

    static int index(long position) {
        return Math.toIntExact(position >>> SHIFT);
    }

    static long offset(long position) {
        return position & (Storage.CHUNK_BYTES - 1);
    }

    /** {@return how many chunks hold {@code size} bytes} */
    static int count(long size) {
        return Math.toIntExact((size + Storage.CHUNK_BYTES - 1) >>> SHIFT);
    }

    /** {@return {@code size}, or where the last chunk that it needs ends} */
    static long whole(long size) {
        return (long) count(size) << SHIFT;
    }

    /** {@return the length of one of the chunks that hold {@code size} bytes} */
    static long length(int index, long size) {
        return Math.min(Storage.CHUNK_BYTES, size - ((long) index << SHIFT));
    }
}
