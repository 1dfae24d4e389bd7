package dev.coppice;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Reads an incremental backup: once to compare it with its checksums, and once more to do what it
 * says, when the same is compared again.
 *
 * <p>Thread safety: one thread.
 */
final class IncrementReader {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_KEY_BYTES = 65_536;
    private static final int MAX_VALUE_BYTES = Integer.MAX_VALUE - 8;

    private final Path file;
    private final Increment head;

    /**
     * Reads all of it.
     *
     * @throws CorruptStoreException when it is damaged or cut off
     */
    IncrementReader(Path file) {
        this.file = file;
        try (InputStream in = new FileInputStream(file.toFile())) {
            this.head = Increment.of(file, in.readNBytes(Increment.BYTES));
            long bytes = Files.size(file) - Increment.BYTES;
            if (bytes != head.bodyBytes()) {
                throw damaged("it has " + bytes + " bytes of changes, of " + head.bodyBytes());
            }
            CRC32C crc = new CRC32C();
            byte[] piece = new byte[BUFFER_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                crc.update(piece, 0, read);
            }
            requireChecksum(crc);
        } catch (IOException e) {
            throw new StoreIoException(file + " cannot be read", e);
        }
    }

    private void requireChecksum(CRC32C crc) {
        if ((int) crc.getValue() != head.bodyCrc()) {
            throw damaged("its changes have another checksum than its head says");
        }
    }

    private CorruptStoreException damaged(String what) {
        return new CorruptStoreException(
                -1, file + ": the incremental backup is damaged or cut off: " + what);
    }

    Path file() {
        return file;
    }

    Increment head() {
        return head;
    }

    /**
     * Does what it says, inside a transaction that has to be rolled back when this throws.
     *
     * @param changed called for each change
     */
    void apply(WriteTransaction txn, Runnable changed) {
        CRC32C crc = new CRC32C();
        try (FileInputStream raw = new FileInputStream(file.toFile())) {
            raw.skipNBytes(Increment.BYTES);
            InputStream in =
                    new CheckedInputStream(new BufferedInputStream(raw, BUFFER_BYTES), crc);
            ColumnFamily family = ColumnFamily.DEFAULT;
            for (int kind = in.read(); kind >= 0; kind = in.read()) {
                if (kind <= Increment.IN) {
                    family = ColumnFamily.of(text(bytes(in, MAX_NAME_BYTES)));
                    applyFamily(txn, kind, family, in);
                } else {
                    applyEntry(txn, kind, family, in);
                }
                if (kind != Increment.IN) {
                    changed.run();
                }
            }
        } catch (EOFException e) {
            throw damaged("it ends inside a change");
        } catch (IOException e) {
            throw new StoreIoException(file + " cannot be read", e);
        }
        requireChecksum(crc);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void applyFamily(WriteTransaction txn, int kind, ColumnFamily family, InputStream in)
            throws IOException {
        switch (kind) {
            case Increment.CREATE -> {
                txn.createFamily(family);
                txn.defaultTtl(family, Duration.ofMillis(number(in)));
            }
            case Increment.CHANGE -> txn.defaultTtl(family, Duration.ofMillis(number(in)));
            case Increment.DROP -> {
                if (!txn.dropFamily(family)) {
                    throw damaged("it drops '" + family.name() + "', which is not there");
                }
            }
            case Increment.IN -> {}
            default -> throw damaged("kind of change " + kind);
        }
    }

    private void applyEntry(WriteTransaction txn, int kind, ColumnFamily family, InputStream in)
            throws IOException {
        byte[] key = bytes(in, MAX_KEY_BYTES);
        switch (kind) {
            case Increment.PUT ->
                    txn.put(family, key, bytes(in, MAX_VALUE_BYTES), Lifetime.FOREVER);
            case Increment.PUT_UNTIL -> {
                Lifetime lifetime = Lifetime.until(number(in));
                txn.put(family, key, bytes(in, MAX_VALUE_BYTES), lifetime);
            }
            case Increment.DELETE -> txn.delete(family, key);
            default -> throw damaged("kind of change " + kind);
        }
    }

    private static long number(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(Long.BYTES);
        if (bytes.length < Long.BYTES) {
            throw new EOFException();
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private byte[] bytes(InputStream in, int max) throws IOException {
        long length = 0;
        int shift = 0;
        int next;
        do {
            next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            length |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next > 0x7F && shift < Long.SIZE);
        if (length < 0 || length > Math.min(max, head.bodyBytes())) {
            throw damaged("a length of " + length + ", at most " + max);
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }
}
