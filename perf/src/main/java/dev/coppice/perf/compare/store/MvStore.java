package dev.coppice.perf.compare.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/** H2's MVStore, without its SQL. Thread safety: any thread. */
final class MvStore implements Subject {
    private static final int CACHE_MEGABYTES = 512;
    private static final int BUFFER_KILOBYTES = 64 << 10;

    private final MVStore store;
    private final MVMap<byte[], byte[]> map;
    private final boolean isDurable;

    MvStore(Opening opening) {
        isDurable = opening.isDurable();
        store =
                new MVStore.Builder()
                        .fileName(opening.folder().resolve("data.mv").toString())
                        .cacheSize(CACHE_MEGABYTES)
                        .autoCommitDisabled()
                        .autoCommitBufferSize(BUFFER_KILOBYTES)
                        .open();
        map =
                store.openMap(
                        "entries",
                        new MVMap.Builder<byte[], byte[]>()
                                .keyType(ByteArrayDataType.INSTANCE)
                                .valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public Reads reads() {
        return new MapReads(map, new Walking());
    }

    @Override
    public Writes writes() {
        return new Writing();
    }

    @Override
    public void settle() {
        store.commit();
        store.sync();
    }

    @Override
    public void close() {
        store.close();
    }

    private final class Walking extends ArrayWalk {
        private Cursor<byte[], byte[]> cursor;

        @Override
        public void start(boolean isForward) {
            cursor = map.cursor(null, null, !isForward);
        }

        @Override
        public void startAt(byte[] key) {
            cursor = map.cursor(key);
        }

        @Override
        public boolean next() {
            if (!cursor.hasNext()) {
                return false;
            }
            cursor.next();
            return true;
        }

        @Override
        byte[] key() {
            return cursor.getKey();
        }

        @Override
        byte[] value() {
            return cursor.getValue();
        }
    }

    private final class Writing extends MapWrites {
        Writing() {
            super(map);
        }

        @Override
        public void append(byte[] key, byte[] value) {
            map.append(key.clone(), value.clone());
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            List<byte[]> keys = new ArrayList<>();
            Iterator<byte[]> iterator = map.keyIterator(from);
            while (iterator.hasNext()) {
                byte[] key = iterator.next();
                if (Arrays.compareUnsigned(key, to) >= 0) {
                    break;
                }
                keys.add(key);
            }
            keys.forEach(map::remove);
        }

        @Override
        public void commit() {
            store.commit();
            if (isDurable) {
                store.sync();
            }
        }
    }
}
