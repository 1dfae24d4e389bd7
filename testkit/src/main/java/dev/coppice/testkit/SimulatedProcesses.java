package dev.coppice.testkit;

import dev.coppice.storage.Processes;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * Who has a simulated disk open: row 0 is the disk's own process, which writes. Thread safety: any
 * thread.
 */
final class SimulatedProcesses {
    // Guarded by this
    private final BitSet living = new BitSet();
    private final BitSet writers = new BitSet();
    private final BitSet dead = new BitSet();
    private int rows = 1;

    synchronized SimulatedProcesses copy() {
        SimulatedProcesses copy = new SimulatedProcesses();
        copy.living.or(living);
        copy.writers.or(writers);
        copy.dead.or(dead);
        copy.rows = rows;
        return copy;
    }

    /** {@return what the one that writes sees} */
    synchronized Processes writer() {
        return new Row(0, living.isEmpty(), writers.isEmpty());
    }

    /** {@return what a new one that writes sees, beside others that {@link #attachWriter} made} */
    synchronized Row attachWriter() {
        Row row = new Row(rows++, living.isEmpty(), writers.isEmpty());
        living.set(row.self());
        writers.set(row.self());
        return row;
    }

    /**
     * {@return what a new one that reads sees}
     *
     * @param isUnwritten whether nobody writes
     */
    synchronized Row attach(boolean isUnwritten) {
        Row row = new Row(rows++, isUnwritten && living.isEmpty(), true);
        living.set(row.self());
        return row;
    }

    private synchronized void die(int row) {
        living.clear(row);
        writers.clear(row);
        dead.set(row);
    }

    private synchronized boolean hasOthers(int self) {
        return living.cardinality() > (living.get(self) ? 1 : 0);
    }

    private synchronized void release(IntConsumer consumer) {
        dead.stream().forEach(consumer);
        dead.clear();
    }

    /** One of them. */
    final class Row implements Processes {
        private final int self;
        private final boolean isAlone;
        private final boolean isOnlyWriter;

        Row(int self, boolean isAlone, boolean isOnlyWriter) {
            this.self = self;
            this.isAlone = isAlone;
            this.isOnlyWriter = isOnlyWriter;
        }

        void die() {
            SimulatedProcesses.this.die(self);
        }

        @Override
        public int self() {
            return self;
        }

        @Override
        public long processId(int row) {
            return 0;
        }

        @Override
        public String describe(int row) {
            return "simulated process " + row;
        }

        @Override
        public boolean isAlone() {
            return isAlone;
        }

        @Override
        public boolean isOnlyWriter() {
            return isOnlyWriter;
        }

        @Override
        public void admit() {
            // Tests attach one after the other.
        }

        @Override
        public boolean keepOthersOut() {
            return !hasOthers(self);
        }

        @Override
        public void reap(IntConsumer release) {
            release(release);
        }

        @Override
        public boolean isAttached() {
            return true;
        }

        @Override
        public void requireAttached() {
            // No lock is ever lost.
        }
    }
}
