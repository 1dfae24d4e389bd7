package dev.coppice.fuzz.corrupt;

import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.Bytes;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Changes one thing in a live file; docs/file-format.md#live-file. Thread safety: one thread. */
final class LiveDamage {
    private static final int[] WORDS = {
        0, 16, 24, 32, 40, 48, 56, 64, 4096, 4288, 4352, 4416, 4424, 4672, 4736, 8192, 8960, 9216,
        9224, 9232, 9240, 9248
    };
    private static final int[] PUBLISHED_SLOTS = {8448, 8704};
    private static final int ROOT = 16;
    private static final int CHECK = ROOT + StoreRoot.BYTES;
    private static final int HOLDER = 256;
    private static final int PROCESS_TABLE = 12_288;
    private static final int PROCESS_TABLE_BYTES = 4096;
    private static final int ROW_BYTES = 64;
    private static final int SLOT_BYTES = 64;
    private static final int BLOCK_BYTES = 4096;
    private static final int MAX_HOLE_BITS = 25;

    private final RandomGenerator random;
    private final FileCopy copy;
    private final MemorySegment live;
    private final LongSupplier values;

    /**
     * Damages a copy.
     *
     * @param values words that make trouble
     */
    LiveDamage(RandomGenerator random, FileCopy copy, LongSupplier values) {
        this.random = random;
        this.copy = copy;
        this.live = copy.live();
        this.values = values;
    }

    void inflict(Damage.Kind kind) {
        switch (kind) {
            case LIVE_ANY_BYTE -> {
                long at = random.nextLong(live.byteSize());
                live.set(Bytes.U8, at, (byte) random.nextInt(256));
            }
            case LIVE_WORD -> word(WORDS[random.nextInt(WORDS.length)]);
            case LIVE_PUBLISHED -> published();
            case LIVE_READERS -> readers();
            case LIVE_PROCESSES -> {
                boolean isHolder = random.nextInt(8) == 0;
                word(
                        isHolder
                                ? HOLDER
                                : PROCESS_TABLE + 8L * random.nextInt(PROCESS_TABLE_BYTES / 8));
                word(PROCESS_TABLE + (long) ROW_BYTES * random.nextInt(4));
            }
            case LIVE_TORN -> {
                int blocks = (int) (live.byteSize() / BLOCK_BYTES);
                for (int i = 0; i < blocks; i++) {
                    if (random.nextBoolean()) {
                        live.asSlice((long) i * BLOCK_BYTES, BLOCK_BYTES).fill((byte) 0);
                    }
                }
            }
            case LIVE_EMPTY -> copy.liveBytes(0);
            case LIVE_CUT -> copy.liveBytes(random.nextLong(live.byteSize()));
            case LIVE_SPARSE ->
                    copy.liveBytes(
                            live.byteSize()
                                    + ((long) Storage.LIVE_CHUNK_BYTES
                                            << random.nextInt(MAX_HOLE_BITS)));
            default -> throw new IllegalArgumentException("not of the live file: " + kind);
        }
    }

    private void word(long at) {
        live.set(Bytes.U64, at, values.getAsLong());
    }

    /** Changes a published slot and sets its check word right again. */
    private void published() {
        int slot = PUBLISHED_SLOTS[random.nextInt(2)];
        word(slot + 8L * random.nextInt(CHECK / 8));
        long hash = 0x9E3779B97F4A7C15L;
        for (long at = slot; at < slot + CHECK; at += Long.BYTES) {
            hash = (hash ^ live.get(Bytes.U64, at)) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 32;
        }
        live.set(Bytes.U64, slot + (long) CHECK, hash);
    }

    /** Changes some reader slots, mostly the first, and now and then their number. */
    private void readers() {
        if (live.byteSize() > Storage.LIVE_CHUNK_BYTES) {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                int slot = random.nextInt(random.nextBoolean() ? 4 : 1024);
                word(
                        Storage.LIVE_CHUNK_BYTES
                                + (long) slot * SLOT_BYTES
                                + 8L * random.nextInt(SLOT_BYTES / 8));
            }
        }
        if (random.nextInt(3) == 0) {
            word(4672);
        }
    }
}
