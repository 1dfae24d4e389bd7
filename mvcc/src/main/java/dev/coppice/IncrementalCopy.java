package dev.coppice;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.error.StoreIoException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * One incremental backup, written under another name and then given its own;
 * docs/file-format.md#incremental-backup.
 *
 * <p>Thread safety: one thread, used once.
 */
final class IncrementalCopy {
    /*
     * The head is written last: it has length and checksum of what follows it.
     */
    private static final int CHANGES_PER_REPORT = 1024;
    private static final int BUFFER_BYTES = 1 << 18;

    private final HeaderBlock header;
    private final Snapshot since;
    private final Snapshot until;
    private final NewFile file;
    private ColumnFamily family = ColumnFamily.DEFAULT;
    private long changes;

    IncrementalCopy(HeaderBlock header, Snapshot since, Snapshot until, Path target) {
        if (since.txn() > until.txn()) {
            throw new IllegalArgumentException(
                    "increment: from commit "
                            + since.txn()
                            + " to "
                            + until.txn()
                            + ", which is older: restoring goes forward only");
        }
        this.header = header;
        this.since = since;
        this.until = until;
        this.file = new NewFile("increment", target);
    }

    IncrementReport run(Progress progress) {
        try (file;
                SnapshotDiff diff = new SnapshotDiff(since, until, false)) {
            long bytes = write(diff, progress);
            file.complete();
            return new IncrementReport(since.txn(), until.txn(), changes, diff.pageVisits(), bytes);
        } catch (IOException e) {
            throw new StoreIoException("writing " + file.temporary() + " failed", e);
        }
    }

    private long write(SnapshotDiff diff, Progress progress) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.temporary().toFile(), "rw")) {
            target.write(new byte[Increment.BYTES]);
            CRC32C crc = new CRC32C();
            OutputStream raw = new FileOutputStream(target.getFD());
            OutputStream out =
                    new BufferedOutputStream(new CheckedOutputStream(raw, crc), BUFFER_BYTES);
            while (diff.next()) {
                put(diff, out);
                if (++changes % CHANGES_PER_REPORT == 0) {
                    progress.reached(changes, changes);
                }
            }
            progress.reached(changes, changes);
            out.flush();
            long end = target.getFilePointer();
            Increment head =
                    new Increment(
                            header.storeHigh(),
                            header.storeLow(),
                            since.txn(),
                            until.txn(),
                            until.commitMillis(),
                            changes,
                            until.families().stream().mapToLong(until::count).sum(),
                            end - Increment.BYTES,
                            (int) crc.getValue());
            target.seek(0);
            target.write(head.toBytes());
            return end;
        }
    }

    private void put(SnapshotDiff diff, OutputStream out) throws IOException {
        switch (diff.kind()) {
            case FAMILY_CREATED -> putFamily(out, Increment.CREATE, diff);
            case FAMILY_CHANGED -> putFamily(out, Increment.CHANGE, diff);
            case FAMILY_DROPPED -> {
                out.write(Increment.DROP);
                putBytes(out, name(diff.family()));
            }
            case INSERTED, UPDATED -> {
                enter(diff.family(), out);
                putEntry(diff, out);
            }
            case DELETED -> {
                enter(diff.family(), out);
                out.write(Increment.DELETE);
                putBytes(out, diff.key());
            }
        }
    }

    private void putFamily(OutputStream out, int kind, SnapshotDiff diff) throws IOException {
        family = diff.family();
        out.write(kind);
        putBytes(out, name(family));
        putLong(out, diff.defaultTtl().toMillis());
    }

    private void enter(ColumnFamily next, OutputStream out) throws IOException {
        if (!next.equals(family)) {
            family = next;
            out.write(Increment.IN);
            putBytes(out, name(next));
        }
    }

    private static byte[] name(ColumnFamily family) {
        return family.name().getBytes(StandardCharsets.UTF_8);
    }

    private static void putEntry(SnapshotDiff diff, OutputStream out) throws IOException {
        Lifetime lifetime = diff.lifetimeAfter();
        boolean isForever = lifetime.equals(Lifetime.FOREVER);
        out.write(isForever ? Increment.PUT : Increment.PUT_UNTIL);
        putBytes(out, diff.key());
        if (!isForever) {
            putLong(out, lifetime.millis());
        }
        putBytes(out, diff.valueAfter());
    }

    private static void putLong(OutputStream out, long value) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.write(bytes.putLong(value).array());
    }

    private static void putBytes(OutputStream out, byte[] bytes) throws IOException {
        int rest = bytes.length;
        while (rest > 0x7F) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.write(bytes);
    }
}
