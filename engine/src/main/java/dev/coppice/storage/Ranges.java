package dev.coppice.storage;

/** Checks of positions and sizes that callers hand in. Thread safety: any thread. */
final class Ranges {
    private Ranges() {}

    static void checkInside(long position, long length, long size) {
        if ((position | length) < 0 || position > size - length) {
            throw new IllegalArgumentException(
                    "range ends behind the file: position="
                            + position
                            + ", length="
                            + length
                            + ", size="
                            + size);
        }
    }

    static void checkGrowth(long size, long newSize) {
        if (newSize <= size || newSize % 4096 != 0) {
            throw new IllegalArgumentException(
                    "not a growth by whole blocks of 4096: size=" + size + ", newSize=" + newSize);
        }
    }

    static void checkCut(long size, long newSize) {
        if (newSize < 0 || newSize > size || newSize % 4096 != 0) {
            throw new IllegalArgumentException(
                    "not a cut to whole blocks of 4096: size=" + size + ", newSize=" + newSize);
        }
    }

    static void checkCreation(long size, long contentBytes) {
        if (size != 0) {
            throw new IllegalStateException("the store exists: size=" + size);
        }
        if (contentBytes == 0 || contentBytes % 4096 != 0) {
            throw new IllegalArgumentException(
                    "content is not whole blocks of 4096: contentBytes=" + contentBytes);
        }
    }
}
