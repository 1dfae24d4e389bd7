package dev.coppice.perf.compare.store;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.DirectBufferProxy;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/** lmdbjava with Agrona's buffers. Thread safety: any thread. */
final class LmdbStore implements Subject {
    private static final long MAP_BYTES = 64L << 30;
    private static final int MAX_READERS = 126;

    private final Env<DirectBuffer> env;
    private final Dbi<DirectBuffer> entries;
    private final Opening opening;

    LmdbStore(Opening opening) {
        this.opening = opening;
        EnvFlags[] flags =
                opening.isDurable()
                        ? new EnvFlags[0]
                        : new EnvFlags[] {EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP};
        File directory = opening.folder().toFile();
        env =
                Env.create(DirectBufferProxy.PROXY_DB)
                        .setMapSize(MAP_BYTES)
                        .setMaxDbs(1)
                        .setMaxReaders(MAX_READERS)
                        .open(directory, flags);
        entries =
                opening.hasIntegerKeys()
                        ? env.openDbi("entries", DbiFlags.MDB_CREATE, DbiFlags.MDB_INTEGERKEY)
                        : env.openDbi("entries", DbiFlags.MDB_CREATE);
    }

    @Override
    public Reads reads() {
        return new Reading();
    }

    @Override
    public Writes writes() {
        return new Writing();
    }

    @Override
    public void settle() {
        env.sync(true);
    }

    @Override
    public void close() {
        env.close();
    }

    /** A key in native memory; numbers as LMDB wants them, in the machine's order of bytes. */
    private final class Key {
        private final UnsafeBuffer buffer =
                new UnsafeBuffer(ByteBuffer.allocateDirect(opening.keyBytes()));

        DirectBuffer of(byte[] key) {
            buffer.putBytes(0, key);
            if (opening.hasIntegerKeys()) {
                buffer.putInt(0, buffer.getInt(0, ByteOrder.BIG_ENDIAN));
            }
            return buffer;
        }
    }

    private static int copied(DirectBuffer value, byte[] target) {
        if (value == null) {
            return -1;
        }
        int bytes = value.capacity();
        value.getBytes(0, target, 0, bytes);
        return bytes;
    }

    private final class Reading implements Reads {
        private final Key keyBuffer = new Key();
        private final Txn<DirectBuffer> txn = env.txnRead();
        private Walking walk;
        private boolean isReset;
        private boolean isWalkStale;

        @Override
        public void refresh() {
            reset();
            txn.renew();
            isReset = false;
        }

        private void reset() {
            if (!isReset) {
                txn.reset();
                isReset = true;
                isWalkStale = true;
            }
        }

        @Override
        public int get(byte[] key, byte[] target) {
            if (isReset) {
                refresh();
            }
            return copied(entries.get(txn, keyBuffer.of(key)), target);
        }

        /** A thread may have one read transaction at work. */
        @Override
        public int getNewest(byte[] key, byte[] target) {
            reset();
            try (Txn<DirectBuffer> newest = env.txnRead()) {
                return copied(entries.get(newest, keyBuffer.of(key)), target);
            }
        }

        @Override
        public boolean exists(byte[] key) {
            if (isReset) {
                refresh();
            }
            return entries.get(txn, keyBuffer.of(key)) != null;
        }

        @Override
        public Walk walk() {
            if (isReset) {
                refresh();
            }
            if (walk == null) {
                walk = new Walking(entries.openCursor(txn), keyBuffer);
            } else if (isWalkStale) {
                walk.cursor.renew(txn);
            }
            isWalkStale = false;
            return walk;
        }

        @Override
        public void close() {
            if (walk != null) {
                walk.cursor.close();
            }
            txn.close();
        }
    }

    private static final class Walking extends CursorWalk {
        private final Cursor<DirectBuffer> cursor;
        private final Key keyBuffer;

        Walking(Cursor<DirectBuffer> cursor, Key keyBuffer) {
            this.cursor = cursor;
            this.keyBuffer = keyBuffer;
        }

        @Override
        boolean first() {
            return cursor.first();
        }

        @Override
        boolean last() {
            return cursor.last();
        }

        @Override
        boolean seek(byte[] key) {
            return cursor.get(keyBuffer.of(key), GetOp.MDB_SET_RANGE);
        }

        @Override
        boolean forward() {
            return cursor.next();
        }

        @Override
        boolean back() {
            return cursor.prev();
        }

        @Override
        public int valueByte() {
            return cursor.val().getByte(0);
        }

        @Override
        public long valueSum() {
            return Sums.of(cursor.val());
        }

        @Override
        public int copyKey(byte[] target) {
            return copied(cursor.key(), target);
        }

        @Override
        public int copyValue(byte[] target) {
            return copied(cursor.val(), target);
        }
    }

    private final class Writing implements Writes {
        private final Key keyBuffer = new Key();
        private final UnsafeBuffer valueBuffer =
                new UnsafeBuffer(ByteBuffer.allocateDirect(opening.valueBytes()));
        private Txn<DirectBuffer> txn;

        @Override
        public void begin() {
            txn = env.txnWrite();
        }

        @Override
        public void put(byte[] key, byte[] value) {
            valueBuffer.putBytes(0, value);
            entries.put(txn, keyBuffer.of(key), valueBuffer);
        }

        @Override
        public void append(byte[] key, byte[] value) {
            valueBuffer.putBytes(0, value);
            entries.put(txn, keyBuffer.of(key), valueBuffer, PutFlags.MDB_APPEND);
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return copied(entries.get(txn, keyBuffer.of(key)), target);
        }

        @Override
        public boolean delete(byte[] key) {
            return entries.delete(txn, keyBuffer.of(key));
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            byte[] key = new byte[from.length];
            try (Cursor<DirectBuffer> cursor = entries.openCursor(txn)) {
                boolean isFound = cursor.get(keyBuffer.of(from), GetOp.MDB_SET_RANGE);
                while (isFound) {
                    copied(cursor.key(), key);
                    if (Arrays.compareUnsigned(ordered(key), to) >= 0) {
                        return;
                    }
                    cursor.delete();
                    isFound = cursor.next();
                }
            }
        }

        /** Turns a number in the machine's order of bytes into one with its highest byte first. */
        private byte[] ordered(byte[] key) {
            if (opening.hasIntegerKeys()) {
                byte swapped = key[0];
                key[0] = key[3];
                key[3] = swapped;
                swapped = key[1];
                key[1] = key[2];
                key[2] = swapped;
            }
            return key;
        }

        @Override
        public void commit() {
            txn.commit();
            txn.close();
            txn = null;
        }

        @Override
        public void close() {
            if (txn != null) {
                txn.close();
            }
        }
    }
}
