package dev.coppice.perf.compare.store;

import java.util.Arrays;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.Environment;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.Transaction;

/** JetBrains Xodus, its environments. Thread safety: any thread. */
final class XodusStore implements Subject {
    private static final long CACHE_BYTES = 1L << 30;

    private final Environment environment;
    private final Store store;

    XodusStore(Opening opening) {
        environment =
                Environments.newInstance(
                        opening.folder().toFile(),
                        new EnvironmentConfig()
                                .setLogDurableWrite(opening.isDurable())
                                .setMemoryUsage(CACHE_BYTES)
                                .setEnvCloseForcedly(true));
        store =
                environment.computeInTransaction(txn ->
                        environment.openStore(
                                "entries", StoreConfig.WITHOUT_DUPLICATES_WITH_PREFIXING, txn));
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
        ((jetbrains.exodus.env.EnvironmentImpl) environment).flushAndSync();
    }

    @Override
    public void close() {
        environment.close();
    }

    private static int copied(ByteIterable value, byte[] target) {
        if (value == null) {
            return -1;
        }
        int bytes = value.getLength();
        System.arraycopy(value.getBytesUnsafe(), 0, target, 0, bytes);
        return bytes;
    }

    private final class Reading implements Reads {
        private Transaction txn = environment.beginReadonlyTransaction();
        private Walking walk;

        @Override
        public void refresh() {
            closeWalk();
            txn.abort();
            txn = environment.beginReadonlyTransaction();
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return copied(store.get(txn, new ArrayByteIterable(key)), target);
        }

        @Override
        public int getNewest(byte[] key, byte[] target) {
            Transaction newest = environment.beginReadonlyTransaction();
            try {
                return copied(store.get(newest, new ArrayByteIterable(key)), target);
            } finally {
                newest.abort();
            }
        }

        @Override
        public boolean exists(byte[] key) {
            return store.get(txn, new ArrayByteIterable(key)) != null;
        }

        @Override
        public Walk walk() {
            if (walk == null) {
                walk = new Walking(store, txn);
            }
            return walk;
        }

        private void closeWalk() {
            if (walk != null) {
                walk.cursor.close();
                walk = null;
            }
        }

        @Override
        public void close() {
            closeWalk();
            txn.abort();
        }
    }

    private static final class Walking extends CursorWalk {
        private final Store store;
        private final Transaction txn;
        private Cursor cursor;

        Walking(Store store, Transaction txn) {
            this.store = store;
            this.txn = txn;
            this.cursor = store.openCursor(txn);
        }

        /** Only a new cursor goes to the first entry. */
        @Override
        boolean first() {
            cursor.close();
            cursor = store.openCursor(txn);
            return cursor.getNext();
        }

        @Override
        boolean last() {
            return cursor.getLast();
        }

        @Override
        boolean seek(byte[] key) {
            return cursor.getSearchKeyRange(new ArrayByteIterable(key)) != null;
        }

        @Override
        boolean forward() {
            return cursor.getNext();
        }

        @Override
        boolean back() {
            return cursor.getPrev();
        }

        @Override
        public int valueByte() {
            return cursor.getValue().iterator().next();
        }

        @Override
        public long valueSum() {
            ByteIterable value = cursor.getValue();
            return Sums.of(value.getBytesUnsafe(), 0, value.getLength());
        }

        @Override
        public int copyKey(byte[] target) {
            return copied(cursor.getKey(), target);
        }

        @Override
        public int copyValue(byte[] target) {
            return copied(cursor.getValue(), target);
        }
    }

    private final class Writing implements Writes {
        private Transaction txn;

        @Override
        public void begin() {
            txn = environment.beginExclusiveTransaction();
        }

        @Override
        public void put(byte[] key, byte[] value) {
            // The transaction keeps what it gets until it commits.
            store.put(
                    txn, new ArrayByteIterable(key.clone()), new ArrayByteIterable(value.clone()));
        }

        @Override
        public void append(byte[] key, byte[] value) {
            store.putRight(
                    txn, new ArrayByteIterable(key.clone()), new ArrayByteIterable(value.clone()));
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return copied(store.get(txn, new ArrayByteIterable(key)), target);
        }

        @Override
        public boolean delete(byte[] key) {
            return store.delete(txn, new ArrayByteIterable(key));
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            byte[] key = new byte[from.length];
            try (Cursor cursor = store.openCursor(txn)) {
                boolean isFound = cursor.getSearchKeyRange(new ArrayByteIterable(from)) != null;
                while (isFound) {
                    copied(cursor.getKey(), key);
                    if (Arrays.compareUnsigned(key, to) >= 0) {
                        return;
                    }
                    cursor.deleteCurrent();
                    isFound = cursor.getNext();
                }
            }
        }

        @Override
        public void commit() {
            if (!txn.commit()) {
                throw new IllegalStateException("Xodus did not commit");
            }
            txn = null;
        }

        @Override
        public void close() {
            if (txn != null) {
                txn.abort();
            }
        }
    }
}
