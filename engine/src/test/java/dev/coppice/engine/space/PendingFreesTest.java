package dev.coppice.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.error.CorruptStoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Pages come free exactly when no root needs them any more. */
class PendingFreesTest {
    private record Life(long page, long birth, long death) {}

    private final PendingFrees pending = new PendingFrees();
    private final List<Life> model = new ArrayList<>();
    private final TreeSet<Long> roots = new TreeSet<>();
    private long nextPage;
    private long now = 1;

    @RepeatedTest(40)
    void pagesAreFreedWhenNoRootSeesThem(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        for (int step = 0; step < 500; step++) {
            for (int i = random.nextInt(6); i > 0; i--) {
                add(random);
            }
            if (random.nextInt(3) == 0) {
                roots.add(now);
            }
            if (random.nextInt(3) == 0 && !roots.isEmpty()) {
                roots.remove(roots.ceiling(random.nextLong(roots.first(), roots.last() + 1)));
            }
            now++;
            reclaim();
        }
        roots.clear();
        reclaim();
        assertEquals(0, pending.pages());
        assertEquals(0, pending.extents());
    }

    private void add(SplittableRandom random) {
        long birth = Math.max(1, now - random.nextInt(30));
        long count = random.nextInt(1, 4);
        pending.add(nextPage, count, birth, now + 1);
        for (long i = 0; i < count; i++) {
            model.add(new Life(nextPage + i, birth, now + 1));
        }
        nextPage += count + random.nextInt(2);
    }

    private void reclaim() {
        long[] survivors = new long[roots.size() + 1];
        int count = 0;
        for (long root : roots) {
            survivors[count++] = root;
        }
        survivors[count++] = now;
        Set<Long> freed = new TreeSet<>();
        pending.reclaim(
                survivors,
                count,
                (page, n, _) -> {
                    for (long p = page; p < page + n; p++) {
                        assertEquals(true, freed.add(p), "freed twice: " + p);
                    }
                });
        Set<Long> expected = new TreeSet<>();
        model.removeIf(life -> {
            boolean isSeen =
                    Arrays.stream(survivors).anyMatch(r -> life.birth() <= r && r < life.death());
            return !isSeen && expected.add(life.page());
        });
        assertEquals(expected, freed);
        assertEquals(model.size(), pending.pages());
        assertEquals(contents(pending), contents(pending.copy()));
    }

    private static Set<Long> contents(PendingFrees pending) {
        Set<Long> pages = new TreeSet<>();
        pending.forEach((page, count, _, _) -> {
            for (long p = page; p < page + count; p++) {
                pages.add(p);
            }
        });
        return pages;
    }

    @Test
    void pageThatWasBornAfterItsDeathIsAnError() {
        PendingFrees pending = new PendingFrees();
        assertThrows(CorruptStoreException.class, () -> pending.add(5, 1, 10, 10));
    }
}
