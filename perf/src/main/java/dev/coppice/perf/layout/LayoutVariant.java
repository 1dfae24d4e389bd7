package dev.coppice.perf.layout;

/**
 * One candidate layout. A process works with exactly one, chosen by the system property {@code
 * coppice.layout}, so that its numbers are constants to the compiler and no candidate pays for the
 * choice.
 */
enum LayoutVariant {
    /** 4-byte heads, then 2-byte entry offsets; both lengths in the entry. */
    DENSE4(4, false),
    /** 8-byte heads, then 2-byte entry offsets; both lengths in the entry. */
    DENSE8(8, false),
    /** Slots of {head u32, offset u16, keyBytes u16}; value length in the entry. */
    SLOT8(4, true),
    /** Slots of {head u64, offset u16, keyBytes u16}; value length in the entry. */
    SLOT12(8, true);

    static final LayoutVariant CHOSEN =
            valueOf(System.getProperty("coppice.layout", DENSE4.name()));

    static final int HEAD_BYTES = CHOSEN.headBytes;
    static final boolean INTERLEAVED = CHOSEN.interleaved;

    /** Distance between two heads. */
    static final int HEAD_STRIDE = INTERLEAVED ? HEAD_BYTES + 4 : HEAD_BYTES;

    /** Bytes of an entry outside the heap. */
    static final int SLOT_BYTES = INTERLEAVED ? HEAD_STRIDE : HEAD_BYTES + 2;

    private final int headBytes;
    private final boolean interleaved;

    LayoutVariant(int headBytes, boolean interleaved) {
        this.headBytes = headBytes;
        this.interleaved = interleaved;
    }
}
