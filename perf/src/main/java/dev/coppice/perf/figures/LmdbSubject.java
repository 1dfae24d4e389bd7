package dev.coppice.perf.figures;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.DirectBufferProxy;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * lmdbjava with Agrona's buffers: NOSYNC and WRITEMAP, or, durable, no flag, which is its faster
 * durable mode here.
 */
final class LmdbSubject implements Subject {
    static final String FILE = "data.mdb";
    private static final long MAP_BYTES = 64L << 30;

    private final Env<DirectBuffer> env;
    private final Dbi<DirectBuffer> entries;
    private final UnsafeBuffer keyBuffer = buffer(Entries.KEY_BYTES);
    private final UnsafeBuffer valueBuffer = buffer(Entries.VALUE_BYTES);
    private Txn<DirectBuffer> transaction;
    private Txn<DirectBuffer> snapshot;
    private Txn<DirectBuffer> renewed;

    private LmdbSubject(Env<DirectBuffer> env) {
        this.env = env;
        this.entries = env.openDbi("entries", DbiFlags.MDB_CREATE);
    }

    static LmdbSubject open(Path folder, boolean isDurable) throws IOException {
        Files.createDirectories(folder);
        EnvFlags[] flags =
                isDurable
                        ? new EnvFlags[0]
                        : new EnvFlags[] {EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP};
        File directory = folder.toFile();
        return new LmdbSubject(
                Env.create(DirectBufferProxy.PROXY_DB)
                        .setMapSize(MAP_BYTES)
                        .setMaxDbs(1)
                        .open(directory, flags));
    }

    private static UnsafeBuffer buffer(int bytes) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(bytes));
    }

    @Override
    public void begin() {
        transaction = env.txnWrite();
    }

    @Override
    public void put(byte[] key, byte[] value) {
        keyBuffer.putBytes(0, key);
        valueBuffer.putBytes(0, value);
        entries.put(transaction, keyBuffer, valueBuffer);
    }

    @Override
    public void append(byte[] key, byte[] value) {
        keyBuffer.putBytes(0, key);
        valueBuffer.putBytes(0, value);
        entries.put(transaction, keyBuffer, valueBuffer, PutFlags.MDB_APPEND);
    }

    @Override
    public void commit() {
        transaction.commit();
        transaction.close();
    }

    @Override
    public void openSnapshot() {
        snapshot = env.txnRead();
    }

    @Override
    public int get(byte[] key, byte[] target) {
        return get(snapshot, key, target);
    }

    private int get(Txn<DirectBuffer> txn, byte[] key, byte[] target) {
        keyBuffer.putBytes(0, key);
        DirectBuffer value = entries.get(txn, keyBuffer);
        if (value == null) {
            return -1;
        }
        int bytes = value.capacity();
        value.getBytes(0, target, 0, bytes);
        return bytes;
    }

    @Override
    public void closeSnapshot() {
        snapshot.close();
    }

    @Override
    public int getFromFreshSnapshot(byte[] key, byte[] target) {
        if (renewed == null) {
            renewed = env.txnRead();
        } else {
            renewed.renew();
        }
        try {
            return get(renewed, key, target);
        } finally {
            renewed.reset();
        }
    }

    @Override
    public long step() {
        long count = 0;
        try (Cursor<DirectBuffer> cursor = entries.openCursor(snapshot)) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    @Override
    public long scan() {
        long sum = 0;
        byte[] key = new byte[Entries.KEY_BYTES];
        byte[] value = new byte[Entries.VALUE_BYTES];
        try (Cursor<DirectBuffer> cursor = entries.openCursor(snapshot)) {
            while (cursor.next()) {
                cursor.key().getBytes(0, key);
                cursor.val().getBytes(0, value);
                sum += key[key.length - 1] + value[value.length - 1];
            }
        }
        return sum;
    }

    @Override
    public void close() {
        if (renewed != null) {
            renewed.close();
        }
        env.close();
    }
}
