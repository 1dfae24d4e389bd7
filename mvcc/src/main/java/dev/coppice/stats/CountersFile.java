package dev.coppice.stats;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of counters that other processes map and read: behind a header of our own, metadata and
 * values as Agrona's {@code CountersManager} lays them out; docs/operations.md has the offsets.
 *
 * <p>Thread safety: one thread at a time. The mapping goes when the file is closed.
 */
public final class CountersFile implements AutoCloseable {
    /** "COPPCNT1", little-endian. */
    public static final long MAGIC = 0x3154_4E43_5050_4F43L;

    public static final int MAGIC_OFFSET = 0;
    public static final int METADATA_BYTES_OFFSET = MAGIC_OFFSET + Long.BYTES;
    public static final int VALUES_BYTES_OFFSET = METADATA_BYTES_OFFSET + Integer.BYTES;
    public static final int PROCESS_OFFSET = VALUES_BYTES_OFFSET + Integer.BYTES;
    public static final int STARTED_MILLIS_OFFSET = PROCESS_OFFSET + Long.BYTES;
    public static final int UPDATED_MILLIS_OFFSET = STARTED_MILLIS_OFFSET + Long.BYTES;
    public static final int CLOSED_MILLIS_OFFSET = UPDATED_MILLIS_OFFSET + Long.BYTES;
    public static final int HEADER_BYTES = 128;

    // Agrona's
    private static final int METADATA_BYTES = 512;
    private static final int VALUE_BYTES = 128;
    private static final int TYPE_ID_OFFSET = 4;
    private static final int DEADLINE_OFFSET = 8;
    private static final int LABEL_OFFSET = 128;
    private static final int MAX_LABEL_BYTES = METADATA_BYTES - LABEL_OFFSET - Integer.BYTES;
    private static final int ALLOCATED = 1;
    private static final long NEVER_FREE = Long.MAX_VALUE;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle STATE = INT.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment file;
    private final int valuesAt;

    private CountersFile(FileChannel channel, int counters) throws IOException {
        int bytes = HEADER_BYTES + counters * (METADATA_BYTES + VALUE_BYTES);
        try {
            // Written, not only mapped: a full disk is an exception here, and not a fault later.
            ByteBuffer zeros = ByteBuffer.allocate(bytes);
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
            this.file = channel.map(MapMode.READ_WRITE, 0, bytes, arena);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        this.valuesAt = HEADER_BYTES + counters * METADATA_BYTES;
    }

    /** What a counter is called, and the number that says what it counts. */
    public record Label(int typeId, String text) {}

    /**
     * Creates a file with a counter for each label, in their order, in place of one that an earlier
     * process has left: who has that mapped goes on to see its last values.
     *
     * @param process id of this process
     * @throws FileAlreadyExistsException when there is a file that is none of counters
     */
    public static CountersFile create(Path path, List<Label> labels, long process, long nowMillis)
            throws IOException {
        if (Files.exists(path) && !isOne(path)) {
            throw new FileAlreadyExistsException(
                    path.toString(), null, "it is no file of counters, and is left as it is");
        }
        Files.deleteIfExists(path);
        CountersFile created;
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            created = new CountersFile(channel, labels.size());
        }
        created.describe(labels, process, nowMillis);
        return created;
    }

    private static boolean isOne(Path path) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.read(head, 0);
        }
        return Long.reverseBytes(head.getLong(0)) == MAGIC;
    }

    private void describe(List<Label> labels, long process, long nowMillis) {
        for (int id = 0; id < labels.size(); id++) {
            int at = HEADER_BYTES + id * METADATA_BYTES;
            byte[] text = labels.get(id).text().getBytes(US_ASCII);
            assert text.length <= MAX_LABEL_BYTES;
            file.set(INT, at + TYPE_ID_OFFSET, labels.get(id).typeId());
            file.set(ValueLayout.JAVA_LONG, at + DEADLINE_OFFSET, NEVER_FREE);
            file.set(INT, at + LABEL_OFFSET, text.length);
            MemorySegment.copy(
                    text,
                    0,
                    file,
                    ValueLayout.JAVA_BYTE,
                    at + LABEL_OFFSET + Integer.BYTES,
                    text.length);
            STATE.setRelease(file, (long) at, ALLOCATED);
        }
        file.set(INT, METADATA_BYTES_OFFSET, labels.size() * METADATA_BYTES);
        file.set(INT, VALUES_BYTES_OFFSET, labels.size() * VALUE_BYTES);
        file.set(ValueLayout.JAVA_LONG, PROCESS_OFFSET, process);
        file.set(ValueLayout.JAVA_LONG, STARTED_MILLIS_OFFSET, nowMillis);
        file.set(ValueLayout.JAVA_LONG, UPDATED_MILLIS_OFFSET, nowMillis);
        WORD.setRelease(file, (long) MAGIC_OFFSET, MAGIC);
    }

    /** Shows other values, in the order of the labels. */
    public void update(long[] values, long nowMillis) {
        for (int id = 0; id < values.length; id++) {
            WORD.setRelease(file, valuesAt + (long) id * VALUE_BYTES, values[id]);
        }
        WORD.setRelease(file, (long) UPDATED_MILLIS_OFFSET, nowMillis);
    }

    /** Says that the values are the last ones. */
    public void closed(long nowMillis) {
        WORD.setRelease(file, (long) CLOSED_MILLIS_OFFSET, nowMillis);
    }

    @Override
    public void close() {
        arena.close();
    }
}
