package dev.coppice.perf.compare.store;

import java.util.Arrays;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB through its JNI binding. Thread safety: any thread. */
final class RocksStore implements Subject {
    private static final long CACHE_BYTES = 1L << 30;
    private static final long MEMTABLE_BYTES = 128L << 20;
    private static final int FILTER_BITS = 10;

    private final RocksDB db;
    private final WriteOptions writeOptions;

    RocksStore(Opening opening) {
        RocksDB.loadLibrary();
        var table =
                new BlockBasedTableConfig()
                        .setBlockCache(new LRUCache(CACHE_BYTES))
                        .setFilterPolicy(new BloomFilter(FILTER_BITS));
        var options =
                new Options()
                        .setCreateIfMissing(true)
                        .setCompressionType(CompressionType.NO_COMPRESSION)
                        .setWriteBufferSize(MEMTABLE_BYTES)
                        .setIncreaseParallelism(Runtime.getRuntime().availableProcessors())
                        .setTableFormatConfig(table);
        writeOptions = new WriteOptions().setSync(opening.isDurable());
        try {
            db = RocksDB.open(options, opening.folder().toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
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
        try (var options = new FlushOptions().setWaitForFlush(true)) {
            db.flush(options);
            db.syncWal();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        db.close();
    }

    private int get(ReadOptions options, byte[] key, byte[] target) {
        try {
            int bytes = db.get(options, key, target);
            return bytes == RocksDB.NOT_FOUND ? -1 : bytes;
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Reading implements Reads {
        private final ReadOptions newest = new ReadOptions();
        private Snapshot snapshot = db.getSnapshot();
        private ReadOptions options = new ReadOptions().setSnapshot(snapshot);
        private Walking walk;

        @Override
        public void refresh() {
            closeSnapshot();
            snapshot = db.getSnapshot();
            options = new ReadOptions().setSnapshot(snapshot);
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return RocksStore.this.get(options, key, target);
        }

        @Override
        public int getNewest(byte[] key, byte[] target) {
            return RocksStore.this.get(newest, key, target);
        }

        @Override
        public boolean exists(byte[] key) {
            return db.keyExists(options, key);
        }

        @Override
        public long getAll(byte[][] keys, byte[] target) {
            try {
                List<byte[]> values = db.multiGetAsList(options, Arrays.asList(keys));
                long sum = 0;
                for (byte[] value : values) {
                    if (value != null) {
                        sum += value[0];
                    }
                }
                return sum;
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Walk walk() {
            if (walk == null) {
                walk = new Walking(db.newIterator(options));
            }
            return walk;
        }

        private void closeSnapshot() {
            if (walk != null) {
                walk.iterator.close();
                walk = null;
            }
            options.close();
            db.releaseSnapshot(snapshot);
        }

        @Override
        public void close() {
            closeSnapshot();
            newest.close();
        }
    }

    private static final class Walking implements Walk {
        private final RocksIterator iterator;
        private byte[] value = new byte[0];
        private boolean isForward;
        private boolean isAtStart;

        Walking(RocksIterator iterator) {
            this.iterator = iterator;
        }

        @Override
        public void start(boolean forward) {
            isForward = forward;
            if (forward) {
                iterator.seekToFirst();
            } else {
                iterator.seekToLast();
            }
            isAtStart = true;
        }

        @Override
        public void startAt(byte[] key) {
            isForward = true;
            iterator.seek(key);
            isAtStart = true;
        }

        @Override
        public boolean next() {
            if (isAtStart) {
                isAtStart = false;
            } else if (isForward) {
                iterator.next();
            } else {
                iterator.prev();
            }
            return iterator.isValid();
        }

        /** Fetches the value into an array that is used again. */
        private int fetch() {
            int bytes = iterator.value(value);
            if (bytes > value.length) {
                value = new byte[bytes];
                iterator.value(value);
            }
            return bytes;
        }

        @Override
        public int valueByte() {
            fetch();
            return value[0];
        }

        @Override
        public long valueSum() {
            int bytes = fetch();
            return Sums.of(value, 0, bytes);
        }

        @Override
        public int copyKey(byte[] target) {
            return iterator.key(target);
        }

        @Override
        public int copyValue(byte[] target) {
            return iterator.value(target);
        }
    }

    private final class Writing implements Writes {
        private final WriteBatch batch = new WriteBatch();
        private final ReadOptions newest = new ReadOptions();

        @Override
        public void begin() {
            batch.clear();
        }

        @Override
        public void put(byte[] key, byte[] value) {
            try {
                batch.put(key, value);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return RocksStore.this.get(newest, key, target);
        }

        @Override
        public boolean delete(byte[] key) {
            try {
                batch.delete(key);
                return true;
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            try {
                batch.deleteRange(from, to);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void commit() {
            try {
                db.write(writeOptions, batch);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            batch.close();
            newest.close();
        }
    }
}
