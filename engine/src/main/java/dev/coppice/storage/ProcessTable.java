package dev.coppice.storage;

import dev.coppice.error.BusyException;
import dev.coppice.error.StoreIoException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The process table of the live file; docs/file-format.md#live-file. Who lives is told by the locks
 * of {@link LiveLock} alone; what the rows say tells which rows have to be looked at, and whom an
 * error message names.
 *
 * <p>Thread safety: as {@link Processes} says.
 */
final class ProcessTable implements Processes {
    private static final int TABLE_OFFSET = 12_288;
    private static final int ROW_BYTES = 64;
    private static final int STATE = 0;
    private static final int PID = STATE + Long.BYTES;
    private static final int STARTED = PID + Long.BYTES;
    private static final int ATTACHED = STARTED + Long.BYTES;
    private static final int HOST = ATTACHED + Long.BYTES;

    // States of a row; one that is not free is looked after when its process has gone
    private static final long FREE = 0;
    private static final long OPENING = 1;
    private static final long ATTACHED_STATE = 2;
    private static final long GONE = 3;
    private static final long WRITING = 4;

    private static final long CLOSING_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Other UNKNOWN = new Other(0, "another process");
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    // Immutable
    private final LiveLock lock;
    private final MemorySegment chunk;
    private final int self;
    private final boolean isAlone;
    private final boolean isWriter;
    private final boolean isOnlyWriter;
    private final long attachedMillis = System.currentTimeMillis();

    /** Requires: the row is this process's, and it has entered. */
    ProcessTable(LiveLock lock, MemorySegment chunk, int self, boolean isWriter) {
        this.lock = lock;
        this.chunk = chunk;
        this.self = self;
        this.isWriter = isWriter;
        this.isAlone = lock.isAlone(self);
        this.isOnlyWriter = isAlone || lock.isOnlyWriter(self);
        if (isAlone) {
            for (int row = 0; row < LiveLock.ROWS; row++) {
                state(row, FREE);
            }
        }
        describe();
        state(self, OPENING);
    }

    private static long at(int row) {
        return TABLE_OFFSET + (long) row * ROW_BYTES;
    }

    private long state(int row) {
        return (long) WORD.getVolatile(chunk, at(row) + STATE);
    }

    private void state(int row, long state) {
        WORD.setVolatile(chunk, at(row) + STATE, state);
    }

    private void describe() {
        long started = Machine.processStart().map(Instant::toEpochMilli).orElse(0L);
        WORD.set(chunk, at(self) + PID, ProcessHandle.current().pid());
        WORD.set(chunk, at(self) + STARTED, started);
        WORD.set(chunk, at(self) + ATTACHED, attachedMillis);
        byte[] host = Machine.hostName().getBytes(StandardCharsets.UTF_8);
        byte[] text = Arrays.copyOf(host, ROW_BYTES - HOST);
        MemorySegment.copy(text, 0, chunk, ValueLayout.JAVA_BYTE, at(self) + HOST, text.length);
    }

    @Override
    public int self() {
        return self;
    }

    @Override
    public long processId(int row) {
        return state(row) == FREE ? 0 : (long) WORD.getVolatile(chunk, at(row) + PID);
    }

    @Override
    public String describe(int row) {
        byte[] host = new byte[ROW_BYTES - HOST];
        MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, at(row) + HOST, host, 0, host.length);
        long started = (long) WORD.getVolatile(chunk, at(row) + STARTED);
        return Machine.describe(
                processId(row),
                Instant.ofEpochMilli(started).toString(),
                text(host, 0, host.length));
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
        state(self, isWriter ? WRITING : ATTACHED_STATE);
        lock.admit();
    }

    @Override
    public synchronized boolean keepOthersOut() {
        if (!lock.enter(CLOSING_WAIT_NANOS)) {
            return false;
        }
        boolean isLast = lock.isAlone(self);
        if (!isLast) {
            lock.admit();
        }
        return isLast;
    }

    @Override
    public synchronized void reap(IntConsumer release) {
        for (int row = 0; row < LiveLock.ROWS; row++) {
            if (row != self && state(row) != FREE && lock.tryRow(row)) {
                try {
                    release.accept(row);
                    state(row, FREE);
                } finally {
                    lock.freeRow(row);
                }
            }
        }
    }

    @Override
    public boolean isAttached() {
        return state(self) != FREE && (long) WORD.get(chunk, at(self) + ATTACHED) == attachedMillis;
    }

    @Override
    public void requireAttached() {
        if (!isAttached()) {
            throw new StoreIoException(
                    "Other processes take this one for dead, since its lock on the live file is"
                            + " gone: something in this process has opened and closed that file."
                            + " Close the store and open it again.");
        }
    }

    /** Says that this process is about to go, unless the row is another one's by now. */
    void leave() {
        if (isAttached()) {
            state(self, GONE);
        }
    }

    /**
     * A process, as the live file shows it to one that has no row there.
     *
     * @param processId 0 where nobody knows
     * @param words who it is
     */
    record Other(long processId, String words) {}

    /** {@return who has the store open, as far as the live file tells} */
    static Other holder(Path live) {
        return find(live, WRITING, ATTACHED_STATE);
    }

    /** {@return why an opening has waited for nothing} */
    static BusyException beingOpened(StorePath path, long waitNanos) {
        Other opener = find(path.live(), OPENING, WRITING);
        return new BusyException(
                path.data() + " is being opened by " + opener.words() + ".",
                opener.processId(),
                null,
                TimeUnit.NANOSECONDS.toMillis(waitNanos),
                null);
    }

    /** {@return a process in one of these states, those in the first preferred} */
    private static Other find(Path live, long... states) {
        byte[] table = new byte[LiveLock.ROWS * ROW_BYTES];
        try (RandomAccessFile file = new RandomAccessFile(live.toFile(), "r")) {
            file.seek(TABLE_OFFSET);
            file.readFully(table);
        } catch (IOException e) {
            return UNKNOWN;
        }
        ByteBuffer rows = ByteBuffer.wrap(table).order(ByteOrder.nativeOrder());
        for (long state : states) {
            for (int at = 0; at < table.length; at += ROW_BYTES) {
                if (rows.getLong(at + STATE) == state) {
                    long pid = rows.getLong(at + PID);
                    String started = Instant.ofEpochMilli(rows.getLong(at + STARTED)).toString();
                    String host = text(table, at + HOST, ROW_BYTES - HOST);
                    return new Other(pid, Machine.describe(pid, started, host));
                }
            }
        }
        return UNKNOWN;
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.UTF_8).replace("\0", "").strip();
    }
}
