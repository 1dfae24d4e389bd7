package dev.coppice.perf.layout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Visits the values of a tree in key order, from the page itself or from a copy of it. */
final class LeafScan {
    enum Source {
        /** Slot by slot in the page. */
        IN_PLACE,
        /** The leaf is copied to native memory first. */
        NATIVE_COPY,
        /** The leaf is copied to a byte[] first. */
        ARRAY_COPY
    }

    private static final VarHandle ARRAY_U16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final SpikeTree tree;
    private final boolean readsAll;
    private final MemorySegment nativeLeaf =
            Arena.ofAuto().allocate(NodePage.PAGE_BYTES, NodePage.PAGE_BYTES);
    private final byte[] arrayLeaf = new byte[NodePage.PAGE_BYTES];

    LeafScan(SpikeTree tree, boolean readsAll) {
        this.tree = tree;
        this.readsAll = readsAll;
    }

    /** {@return the sum of what was read of all values} */
    long sumAll(Source source) {
        long sum = 0;
        for (long leaf = tree.firstLeaf(); leaf != SpikeTree.NOT_FOUND; leaf = tree.nextLeaf()) {
            int count = NodePage.count(tree.pages(), leaf);
            sum += sumLeaf(source, leaf, 0, count);
        }
        return sum;
    }

    /** {@return the sum over up to {@code limit} entries from the key on} */
    long sumFrom(Source source, MemorySegment keys, long key, int keyBytes, int limit) {
        int from = tree.seek(keys, key, keyBytes);
        long leaf = tree.currentLeaf();
        int remaining = limit;
        long sum = 0;
        while (true) {
            int to = Math.min(NodePage.count(tree.pages(), leaf), from + remaining);
            sum += sumLeaf(source, leaf, from, to);
            remaining -= to - from;
            if (remaining == 0) {
                return sum;
            }
            leaf = tree.nextLeaf();
            if (leaf == SpikeTree.NOT_FOUND) {
                return sum;
            }
            from = 0;
        }
    }

    private long sumLeaf(Source source, long leaf, int from, int to) {
        return switch (source) {
            case IN_PLACE -> sumSegment(tree.pages(), leaf, from, to);
            case NATIVE_COPY -> {
                MemorySegment.copy(tree.pages(), leaf, nativeLeaf, 0, NodePage.PAGE_BYTES);
                yield sumSegment(nativeLeaf, 0, from, to);
            }
            case ARRAY_COPY -> {
                MemorySegment.copy(
                        tree.pages(),
                        ValueLayout.JAVA_BYTE,
                        leaf,
                        arrayLeaf,
                        0,
                        NodePage.PAGE_BYTES);
                yield sumArray(from, to);
            }
        };
    }

    private long sumSegment(MemorySegment pages, long leaf, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            long value = NodePage.value(pages, leaf, i);
            long at = value >>> 16;
            if (!readsAll) {
                sum += pages.get(Bytes.U8, at);
                continue;
            }
            long end = at + (value & 0xffff);
            for (; at + Long.BYTES <= end; at += Long.BYTES) {
                sum += pages.get(Bytes.U64, at);
            }
            for (; at < end; at++) {
                sum += pages.get(Bytes.U8, at);
            }
        }
        return sum;
    }

    private long sumArray(int from, int to) {
        long sum = 0;
        int count = arrayU16(NodePage.COUNT_OFFSET);
        int prefixBytes = arrayU16(NodePage.PREFIX_BYTES_OFFSET);
        for (int i = from; i < to; i++) {
            long value = arrayValue(count, prefixBytes, i);
            int at = (int) (value >>> 16);
            if (!readsAll) {
                sum += arrayLeaf[at];
                continue;
            }
            int end = at + (int) (value & 0xffff);
            for (; at + Long.BYTES <= end; at += Long.BYTES) {
                sum += (long) ARRAY_U64.get(arrayLeaf, at);
            }
            for (; at < end; at++) {
                sum += arrayLeaf[at];
            }
        }
        return sum;
    }

    private int arrayU16(int offset) {
        return Short.toUnsignedInt((short) ARRAY_U16.get(arrayLeaf, offset));
    }

    private long arrayValue(int count, int prefixBytes, int index) {
        int heads = NodePage.PREFIX_OFFSET + prefixBytes;
        int at = arrayU16((int) NodePage.slot(heads, count, index));
        int keyBytes;
        if (LayoutVariant.INTERLEAVED) {
            keyBytes =
                    1
                            + arrayU16(
                                    heads
                                            + index * LayoutVariant.HEAD_STRIDE
                                            + LayoutVariant.HEAD_BYTES
                                            + 2);
        } else {
            keyBytes = 1 + arrayVarint(at);
            at += Bytes.varintBytes(keyBytes - 1);
        }
        int valueBytes = arrayVarint(at);
        at += Bytes.varintBytes(valueBytes) + NodePage.restBytes(keyBytes, prefixBytes);
        return (long) at << 16 | valueBytes;
    }

    private int arrayVarint(int offset) {
        int value = 0;
        for (int i = 0; ; i++) {
            int next = arrayLeaf[offset + i];
            value |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
    }
}
