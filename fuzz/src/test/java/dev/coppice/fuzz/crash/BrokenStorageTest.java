package dev.coppice.fuzz.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.storage.Identity;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * A harness that cannot fail proves nothing. Each test breaks one promise of the storage, which
 * amounts to breaking the rule of the engine that needs it, and requires that the suite notices.
 */
final class BrokenStorageTest {
    private static final long SLOTS_FROM = 4096;
    private static final long SLOTS_TO = 3 * 4096;

    private static void requireCaught(String script, UnaryOperator<Storage> wrapper) {
        CrashSuite suite = new CrashSuite(Density.SMOKE, wrapper);
        Script broken =
                CrashSuite.scripts().stream()
                        .filter(each -> each.toString().equals(script))
                        .findFirst()
                        .orElseThrow();
        CrashFigures figures = suite.run(broken, 1, 20);
        assertTrue(figures.failures() > 0, () -> "not noticed: " + figures);
    }

    private static boolean isSlot(long position) {
        return position >= SLOTS_FROM && position < SLOTS_TO;
    }

    @Test
    void noticesFlushesThatDoNothing() {
        requireCaught(
                "fullStream/512",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public void sync() {}
                        });
    }

    @Test
    void noticesCheckpointsThatFlushTheirSlotOnly() {
        requireCaught(
                "recycling/512",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public void sync(long[] ranges, int count) {
                                if (isSlot(ranges[0])) {
                                    super.sync(ranges, count);
                                }
                            }
                        });
    }

    @Test
    void noticesCheckpointsThatDoNotFlushTheirSlot() {
        requireCaught(
                "recycling/512",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public void sync(long[] ranges, int count) {
                                if (!isSlot(ranges[0])) {
                                    super.sync(ranges, count);
                                }
                            }
                        });
    }

    @Test
    void noticesEveryThirdFlushMissing() {
        requireCaught(
                "mixedLevels/1024",
                storage ->
                        new ForwardingStorage(storage) {
                            private int count;

                            @Override
                            public void sync() {
                                if (++count % 3 != 0) {
                                    super.sync();
                                }
                            }
                        });
    }

    @Test
    void noticesSlotsThatOvertakeTheirPages() {
        requireCaught(
                "fullStream/512",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public void sync() {
                                super.sync(new long[] {SLOTS_FROM, SLOTS_TO - SLOTS_FROM}, 1);
                            }
                        });
    }

    @Test
    void noticesWritesThatAreLate() {
        requireCaught(
                "recyclingUnderFull/512",
                storage ->
                        new ForwardingStorage(storage) {
                            private long latePosition = -1;
                            private MemorySegment late;

                            @Override
                            public void write(
                                    long position, MemorySegment source, long from, long length) {
                                if (isSlot(position)) {
                                    super.write(position, source, from, length);
                                    return;
                                }
                                catchUp();
                                latePosition = position;
                                late =
                                        Arena.ofAuto()
                                                .allocate(length)
                                                .copyFrom(source.asSlice(from, length));
                            }

                            private void catchUp() {
                                if (latePosition >= 0) {
                                    super.write(latePosition, late, 0, late.byteSize());
                                    latePosition = -1;
                                }
                            }

                            @Override
                            public void sync() {
                                super.sync();
                                catchUp();
                            }

                            @Override
                            public void sync(long[] ranges, int count) {
                                super.sync(ranges, count);
                                catchUp();
                            }
                        });
    }

    @Test
    void noticesStoresThatAreNotAnnounced() {
        requireCaught(
                "growth/512",
                storage ->
                        new ForwardingStorage(storage) {
                            private int count;

                            @Override
                            public void stored(long position, long length) {
                                if (++count % 16 != 0) {
                                    super.stored(position, length);
                                }
                            }
                        });
    }

    @Test
    void noticesALiveFileThatIsNotShared() {
        requireCaught(
                "normalThenFull/512",
                storage ->
                        new ForwardingStorage(storage) {
                            private final MemorySegment[] own = new MemorySegment[8];

                            @Override
                            public MemorySegment liveChunk(int index) {
                                MemorySegment shared = super.liveChunk(index);
                                if (own[index] == null) {
                                    own[index] =
                                            Arena.ofAuto()
                                                    .allocate(shared.byteSize(), 64)
                                                    .copyFrom(shared);
                                }
                                return own[index];
                            }
                        });
    }

    @Test
    void noticesABootThatLooksLikeTheOneBefore() {
        requireCaught(
                "mixedLevels/1024",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public Identity identity() {
                                Identity true_ = super.identity();
                                return new Identity(
                                        true_.bootHigh(), 1, true_.device(), true_.inode());
                            }
                        });
    }

    @Test
    void noticesFilesThatAreCutTooShort() {
        requireCaught(
                "growth/512",
                storage ->
                        new ForwardingStorage(storage) {
                            @Override
                            public void truncate(long newSize) {
                                super.truncate(newSize - 4096);
                            }
                        });
    }
}
