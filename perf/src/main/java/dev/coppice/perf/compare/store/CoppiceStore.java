package dev.coppice.perf.compare.store;

import dev.coppice.BytesView;
import dev.coppice.ColumnFamily;
import dev.coppice.Cursor;
import dev.coppice.KeyRange;
import dev.coppice.Reader;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import dev.coppice.ValueBatch;
import dev.coppice.Writer;

/**
 * Coppice as {@link StoreConfig#defaults} has it, NORMAL or FULL, read through {@link Reader} and
 * the views of its cursor.
 *
 * <p>Thread safety: any thread.
 */
final class CoppiceStore implements Subject {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;

    private final Store store;

    CoppiceStore(Opening opening) {
        SyncLevel level = opening.isDurable() ? SyncLevel.FULL : SyncLevel.NORMAL;
        store =
                Store.open(
                        opening.folder().resolve("data.coppice"),
                        StoreConfig.defaults().withSyncLevel(level));
    }

    @Override
    public Reads reads() {
        return new Reading(store);
    }

    @Override
    public Writes writes() {
        return new Writing(store);
    }

    @Override
    public void settle() {
        store.checkpoint();
    }

    @Override
    public void close() {
        store.close();
    }

    private static final class Reading implements Reads {
        private final Store store;
        private final Reader reader;
        private final Walking walk;
        private final ValueBatch values = new ValueBatch();

        Reading(Store store) {
            this.store = store;
            this.reader = store.reader();
            this.walk = new Walking(reader.cursor(FAMILY));
        }

        @Override
        public void refresh() {
            reader.refresh();
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return reader.get(FAMILY, key, target, 0);
        }

        @Override
        public int getNewest(byte[] key, byte[] target) {
            byte[] value = store.get(FAMILY, key);
            if (value == null) {
                return -1;
            }
            System.arraycopy(value, 0, target, 0, value.length);
            return value.length;
        }

        @Override
        public boolean exists(byte[] key) {
            return reader.exists(FAMILY, key);
        }

        @Override
        public long getAll(byte[][] keys, byte[] target) {
            reader.multiGet(FAMILY, keys, values);
            long sum = 0;
            byte[] data = values.data();
            for (int i = 0; i < keys.length; i++) {
                if (values.isPresent(i)) {
                    sum += data[values.offset(i)];
                }
            }
            return sum;
        }

        @Override
        public Walk walk() {
            return walk;
        }

        @Override
        public void close() {
            walk.cursor.close();
            reader.close();
        }
    }

    private static final class Walking extends CursorWalk {
        private final Cursor cursor;

        Walking(Cursor cursor) {
            this.cursor = cursor;
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
            return cursor.seek(key);
        }

        @Override
        boolean forward() {
            return cursor.next();
        }

        @Override
        boolean back() {
            return cursor.previous();
        }

        @Override
        public int valueByte() {
            return cursor.valueView().getByte(0);
        }

        @Override
        public long valueSum() {
            BytesView value = cursor.valueView();
            return Sums.of(value.array(), value.offset(), value.length());
        }

        @Override
        public int copyKey(byte[] target) {
            return cursor.key(target, 0);
        }

        @Override
        public int copyValue(byte[] target) {
            return cursor.value(target, 0);
        }
    }

    private static final class Writing implements Writes {
        private final Writer writer;

        Writing(Store store) {
            this.writer = store.writer();
        }

        @Override
        public void begin() {
            writer.begin();
        }

        @Override
        public void put(byte[] key, byte[] value) {
            writer.put(FAMILY, key, value);
        }

        @Override
        public void append(byte[] key, byte[] value) {
            writer.append(FAMILY, key, value);
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return writer.get(FAMILY, key, target, 0);
        }

        @Override
        public boolean delete(byte[] key) {
            return writer.delete(FAMILY, key);
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            writer.deleteRange(FAMILY, KeyRange.of(from, to));
        }

        @Override
        public void commit() {
            writer.commit();
        }

        @Override
        public void close() {
            writer.close();
        }
    }
}
