package dev.coppice.perf.compare.store;

import java.util.Map;

/** Reads a live map: each call is at the newest state. Thread safety: one thread. */
final class MapReads implements Reads {
    private final Map<byte[], byte[]> map;
    private final Walk walk;

    MapReads(Map<byte[], byte[]> map, Walk walk) {
        this.map = map;
        this.walk = walk;
    }

    @Override
    public void refresh() {
        // Nothing is held.
    }

    @Override
    public int get(byte[] key, byte[] target) {
        return ArrayWalk.copied(map.get(key), target);
    }

    @Override
    public int getNewest(byte[] key, byte[] target) {
        return get(key, target);
    }

    @Override
    public boolean exists(byte[] key) {
        return map.containsKey(key);
    }

    @Override
    public Walk walk() {
        return walk;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
