package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Lengths of overflow values that no value can have, on pages whose checksums nobody compares. The
 * right length is put back and read after each.
 */
class RunLengthTest {
    private static final byte[] KEY = {1, 2, 3};
    private static final int LENGTH = 10_000;

    private final TreeLab lab = new TreeLab(4096);
    private final byte[] value = new byte[LENGTH];
    private TreeRoot root;
    private PageMap pages;
    private MemorySegment leaf;
    private long reference;
    private long found;

    @BeforeEach
    void putOneLargeValue() {
        value[LENGTH - 1] = 7;
        lab.begin(false);
        root = lab.roots[0];
        lab.writer.put(root, KEY, KEY.length, value, 0, LENGTH);
        lab.commit();
        pages = lab.committed();
        found = TreeReader.find(pages, root, KEY, KEY.length);
        leaf = lab.writable(root.pageId());
        reference = LeafPage.valueRun(leaf, pages.position(root.pageId()), 4096, 0);
        assertEquals(LENGTH, Reference.count(leaf, reference));
    }

    @AfterEach
    void rightLengthIsReadAgain() {
        Reference.count(leaf, reference, LENGTH);
        assertArrayEquals(value, TreeReader.value(pages, found));
        TreeCursor cursor = lab.cursor(pages, root);
        assertTrue(cursor.first());
        assertArrayEquals(value, cursor.value());
        lab.close();
    }

    @Test
    void lengthOfNoValueIsDamage() {
        for (long length :
                new long[] {
                    -1,
                    Long.MIN_VALUE,
                    PageSize.MAX_VALUE_BYTES + 1L,
                    1L << 32,
                    1L << 47,
                    (1L << 32) + LENGTH,
                    Long.MAX_VALUE
                }) {
            Reference.count(leaf, reference, length);
            byte[] target = new byte[LENGTH];
            TreeCursor cursor = lab.cursor(pages, root);
            assertTrue(cursor.first());
            assertDamage(() -> TreeReader.valueBytes(pages, found));
            assertDamage(() -> TreeReader.value(pages, found));
            assertDamage(() -> TreeReader.copyValue(pages, found, target, 0));
            assertDamage(cursor::valueBytes);
            assertDamage(cursor::valueArrayBytes);
            assertDamage(cursor::value);
            assertDamage(() -> cursor.copyValue(target, 0));
        }
    }

    @Test
    void lengthBeyondTheFileIsDamageWhereAnArrayIsMadeForIt() {
        Reference.count(leaf, reference, PageSize.MAX_VALUE_BYTES);
        assertDamage(() -> TreeReader.value(pages, found));
        TreeCursor cursor = lab.cursor(pages, root);
        assertTrue(cursor.first());
        assertDamage(cursor::value);
    }

    private static void assertDamage(Runnable read) {
        assertThrows(CorruptStoreException.class, read::run);
    }
}
