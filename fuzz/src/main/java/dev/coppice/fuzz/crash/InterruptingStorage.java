package dev.coppice.fuzz.crash;

import dev.coppice.storage.FileStorage;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A store in a file whose thread is interrupted right before an operation that goes to the system:
 * opening and closing among them. An operation that loses the interrupt is a failure.
 *
 * <p>Thread safety: one thread.
 */
final class InterruptingStorage extends ForwardingStorage {
    private final Plan plan;
    private boolean isMappedForWriting;

    /** Which operations are interrupted, counted over all openings. Thread safety: one thread. */
    static final class Plan {
        private final long first;
        private final boolean isForGood;
        private long count;
        private boolean isOver;

        /**
         * Interrupts before an operation.
         *
         * @param ordinal which one, 1 for the first
         * @param isForGood whether the interrupt stays and comes again; else who waits takes it
         */
        Plan(long ordinal, boolean isForGood) {
            this.first = ordinal;
            this.isForGood = isForGood;
        }

        /** {@return whether the operation was reached} */
        boolean hasHappened() {
            return count >= first;
        }

        /** Ends it, as somebody does who takes the interrupt. */
        void end() {
            isOver = true;
            requireInterrupt(isForGood && hasHappened(), Thread.interrupted(), "the script");
        }

        /** Opens a store. */
        Storage open(Path file, long maxSize) {
            FileStorage.Options options = new FileStorage.Options(true, false, maxSize, false);
            return during(
                    "open", () -> new InterruptingStorage(FileStorage.open(file, options), this));
        }

        private void during(String what, Runnable operation) {
            during(
                    what,
                    () -> {
                        operation.run();
                        return count;
                    });
        }

        private <T> T during(String what, Supplier<T> operation) {
            if (isOver) {
                return operation.get();
            }
            count++;
            boolean isInterrupted = isForGood ? count >= first : count == first;
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
            T result = operation.get();
            boolean isKept =
                    isForGood ? Thread.currentThread().isInterrupted() : Thread.interrupted();
            requireInterrupt(isInterrupted, isKept, what);
            return result;
        }

        private static void requireInterrupt(boolean isExpected, boolean isThere, String what) {
            if (isThere != isExpected) {
                throw new AssertionError(
                        what + (isExpected ? " lost the interrupt" : " left an interrupt"));
            }
        }
    }

    private InterruptingStorage(Storage target, Plan plan) {
        super(target);
        this.plan = plan;
    }

    @Override
    public void create(MemorySegment content) {
        plan.during("create", () -> super.create(content));
    }

    @Override
    public void grow(long newSize) {
        plan.during("grow", () -> super.grow(newSize));
    }

    @Override
    public void truncate(long newSize) {
        plan.during("truncate", () -> super.truncate(newSize));
    }

    @Override
    public MemorySegment[] writableChunks() {
        if (isMappedForWriting) {
            return super.writableChunks();
        }
        isMappedForWriting = size() > 0;
        return plan.during("map", super::writableChunks);
    }

    @Override
    public void write(long position, MemorySegment source, long sourceOffset, long length) {
        plan.during("write", () -> super.write(position, source, sourceOffset, length));
    }

    @Override
    public void sync() {
        plan.during("sync", () -> super.sync());
    }

    @Override
    public void sync(long[] ranges, int count) {
        plan.during("sync of ranges", () -> super.sync(ranges, count));
    }

    @Override
    public MemorySegment liveChunk(int index) {
        return index < liveChunkCount()
                ? super.liveChunk(index)
                : plan.during("growth of the live file", () -> super.liveChunk(index));
    }

    @Override
    public void close() {
        plan.during("close", super::close);
    }
}
