package dev.coppice.perf.compare.store;

import java.util.Map;

/** Writes to a map that keeps the arrays that it gets, so it gets copies. One thread. */
abstract class MapWrites implements Writes {
    private final Map<byte[], byte[]> map;

    MapWrites(Map<byte[], byte[]> map) {
        this.map = map;
    }

    @Override
    public void begin() {
        // The next change begins one.
    }

    @Override
    public void put(byte[] key, byte[] value) {
        map.put(key.clone(), value.clone());
    }

    @Override
    public int get(byte[] key, byte[] target) {
        return ArrayWalk.copied(map.get(key), target);
    }

    @Override
    public boolean delete(byte[] key) {
        return map.remove(key) != null;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
