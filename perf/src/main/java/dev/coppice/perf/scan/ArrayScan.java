package dev.coppice.perf.scan;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.LeafImage;
import dev.coppice.engine.page.PageMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The engine's cursor: leaves are copied into an array. */
final class ArrayScan implements Scan {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final TreeCursor cursor;

    ArrayScan(PageMap pages, TreeRoot root) {
        cursor = new TreeCursor(pages, root);
    }

    @Override
    public boolean seek(byte[] key) {
        return cursor.seek(key, key.length) || cursor.first();
    }

    @Override
    public void next() {
        if (!cursor.next()) {
            cursor.first();
        }
    }

    @Override
    public void previous() {
        if (!cursor.previous()) {
            cursor.last();
        }
    }

    @Override
    public long firstByte() {
        LeafImage leaf = cursor.leaf();
        return leaf.bytes()[leaf.valueOffset(cursor.index())];
    }

    @Override
    public long allBytes() {
        LeafImage leaf = cursor.leaf();
        byte[] bytes = leaf.bytes();
        int at = leaf.valueOffset(cursor.index());
        int end = at + (int) leaf.valueBytes(cursor.index());
        long sum = 0;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            sum += (long) LONG.get(bytes, at);
        }
        for (; at < end; at++) {
            sum += bytes[at];
        }
        return sum;
    }
}
