package dev.coppice.perf.compare.store;

import java.util.Iterator;
import java.util.Map;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/** MapDB's B-tree in a mapped file. Thread safety: any thread. */
final class MapDbStore implements Subject {
    private static final long INCREMENT_BYTES = 64L << 20;

    private final DB db;
    private final BTreeMap<byte[], byte[]> map;
    private final boolean isDurable;

    MapDbStore(Opening opening) {
        isDurable = opening.isDurable();
        DBMaker.Maker maker =
                DBMaker.fileDB(opening.folder().resolve("data.mapdb").toFile())
                        .fileMmapEnable()
                        .allocateIncrement(INCREMENT_BYTES);
        db = isDurable ? maker.transactionEnable().make() : maker.make();
        map = db.treeMap("entries", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY).createOrOpen();
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
        db.commit();
    }

    @Override
    public void close() {
        db.close();
    }

    private final class Walking extends ArrayWalk {
        private Iterator<Map.Entry<byte[], byte[]>> iterator;
        private Map.Entry<byte[], byte[]> entry;

        @Override
        public void start(boolean isForward) {
            iterator = isForward ? map.entryIterator() : map.descendingEntryIterator();
        }

        @Override
        public void startAt(byte[] key) {
            iterator = map.entryIterator(key, true, null, false);
        }

        @Override
        public boolean next() {
            if (!iterator.hasNext()) {
                return false;
            }
            entry = iterator.next();
            return true;
        }

        @Override
        byte[] key() {
            return entry.getKey();
        }

        @Override
        byte[] value() {
            return entry.getValue();
        }
    }

    private final class Writing extends MapWrites {
        Writing() {
            super(map);
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            map.subMap(from, true, to, false).clear();
        }

        @Override
        public void commit() {
            if (isDurable) {
                db.commit();
            }
        }
    }
}
