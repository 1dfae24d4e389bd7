package dev.coppice.engine.btree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many keys looked up together are found where they are found one by one. */
class MultiFindTest {
    private static final int ENTRIES = 1500;
    private static final int[] SIZES = {0, 1, 63, 64, 65, 200};

    private final SplittableRandom random = new SplittableRandom(3);
    private final MultiFind finder = new MultiFind();

    @ParameterizedTest
    @EnumSource(KeySource.Kind.class)
    void findsWhatSingleLookupsFind(KeySource.Kind kind) {
        KeySource source = new KeySource(random, kind, 512);
        try (TreeLab lab = new TreeLab(512)) {
            TreeRoot root = lab.roots[0];
            compare(lab.committed(), root, source);
            byte[][] keys = new byte[ENTRIES][];
            for (int i = 0; i < ENTRIES; i++) {
                lab.begin(i % 2 == 0);
                keys[i] = source.key();
                lab.writer.put(root, keys[i], keys[i].length, new byte[40], 0, 40);
                lab.commit();
                if (Integer.bitCount(i) == 1 || i == ENTRIES - 1) {
                    compare(lab.committed(), root, source, Arrays.copyOf(keys, i + 1));
                }
            }
            int highest = level(lab.committed(), root);
            assertTrue(kind == KeySource.Kind.TINY_ALPHABET || highest >= 2, "level=" + highest);
        }
    }

    private static int level(PageMap pages, TreeRoot root) {
        return PageHeader.level(pages.segment(root.pageId()), pages.position(root.pageId()));
    }

    private void compare(PageMap pages, TreeRoot root, KeySource source, byte[]... stored) {
        for (int size : SIZES) {
            byte[][] keys = new byte[size][];
            long[] expected = new long[size];
            for (int i = 0; i < size; i++) {
                boolean isStored = stored.length > 0 && random.nextBoolean();
                keys[i] = isStored ? stored[random.nextInt(stored.length)] : source.key();
                expected[i] = TreeReader.find(pages, root, keys[i], keys[i].length);
            }
            long[] found = new long[size];
            finder.find(pages, root, keys, size, found);
            assertArrayEquals(expected, found);
        }
    }
}
