package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.coppice.engine.page.PageMap;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Goal: the hot paths allocate nothing but what they return. Method: each is repeated until it is
 * compiled, then the bytes that this thread allocates are counted over many operations.
 */
class TreeGarbageTest {
    private static final int KEYS = 20_000;
    private static final int LARGE_KEYS = 1_000;
    private static final int WARM_UP = 60_000;
    private static final int MEASURED = 50_000;

    private final byte[] key = new byte[16];
    private final byte[] value = new byte[100];
    private final byte[] largeValue = new byte[2048];
    private final byte[] longValue = new byte[70_000];
    private final byte[] target = new byte[200];
    private long sink;

    @FunctionalInterface
    private interface Operation {
        void run(int i);
    }

    @Test
    void operationsLeaveNoGarbage() {
        try (TreeLab lab = new TreeLab(4096)) {
            lab.begin(false);
            TreeRoot root = lab.roots[0];
            for (int i = 0; i < KEYS; i++) {
                lab.writer.put(root, keyOf(i), key.length, value, 0, value.length);
            }
            lab.commit();
            PageMap pages = lab.committed();
            measure("find and copy", i -> sink += find(pages, root, i));
            TreeCursor cursor = lab.cursor(pages, root);
            measure("next", i -> sink += next(cursor));
            measure("seek", i -> sink += cursor.seek(keyOf(i), key.length) ? cursor.keyBytes() : 0);
            measure("rank", i -> sink += TreeReader.rank(pages, root, keyOf(i), key.length));
            for (boolean isPositional : new boolean[] {false, true}) {
                lab.begin(isPositional);
                String mode = isPositional ? " positional" : " mapped";
                measure("overwrite" + mode, i -> put(lab, root, i, 100));
                measure("overwrite with another size" + mode, i -> put(lab, root, i, 90 + i % 10));
                measure("overwrite with a large value" + mode, i -> putLarge(lab, root, i));
                measure("overwrite with a long value" + mode, i -> putLong(lab, root));
                measure(
                        "delete and put" + mode,
                        i -> {
                            lab.writer.delete(root, keyOf(i), key.length);
                            put(lab, root, i, 100);
                        });
                lab.commit();
            }
        }
        assertTrue(sink != 0);
    }

    private long find(PageMap pages, TreeRoot root, int i) {
        long found = TreeReader.find(pages, root, keyOf(i), key.length);
        return found == TreeReader.ABSENT ? 0 : TreeReader.copyValue(pages, found, target, 0);
    }

    private long next(TreeCursor cursor) {
        boolean isOnEntry = cursor.next() || cursor.first();
        return isOnEntry ? cursor.copyValue(target, 0) : 0;
    }

    private void put(TreeLab lab, TreeRoot root, int i, int valueBytes) {
        lab.writer.put(root, keyOf(i), key.length, value, 0, valueBytes);
    }

    private void putLarge(TreeLab lab, TreeRoot root, int i) {
        byte[] large = keyOf(i % LARGE_KEYS);
        lab.writer.put(root, large, large.length, largeValue, 0, largeValue.length);
    }

    private void putLong(TreeLab lab, TreeRoot root) {
        lab.writer.put(root, keyOf(1), key.length, longValue, 0, longValue.length);
    }

    private byte[] keyOf(int i) {
        long mixed = (i % KEYS) * 0x9E3779B97F4A7C15L;
        for (int b = 0; b < 8; b++) {
            key[b] = (byte) (mixed >>> (56 - 8 * b));
        }
        return key;
    }

    private static void measure(String what, Operation operation) {
        for (int i = 0; i < WARM_UP; i++) {
            operation.run(i);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MEASURED; i++) {
            operation.run(i);
        }
        double bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes / MEASURED < 4, what + ": " + bytes / MEASURED + " bytes per operation");
    }
}
