package dev.coppice.fuzz.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Finds a shorter list of steps that fails as well, by leaving out longer and shorter pieces as
 * long as that helps. Stateless.
 */
public final class Shrinker {
    private static final int MAX_ATTEMPTS = 3000;

    private Shrinker() {}

    /**
     * {@return what is left of {@code count} steps, by their indexes}
     *
     * @param first the steps to begin with, ascending
     * @param maxSeconds when to be content with what was found
     * @param fails whether the steps of these indexes fail
     */
    public static List<Integer> shrink(
            List<Integer> first, long maxSeconds, Predicate<List<Integer>> fails) {
        long deadline = System.nanoTime() + maxSeconds * 1_000_000_000L;
        List<Integer> best = new ArrayList<>(first);
        int piece = Math.max(1, best.size() / 2);
        int attempts = 0;
        while (piece > 0) {
            boolean helped = false;
            for (int from = best.size() - piece; from > -piece; from -= piece) {
                if (attempts++ > MAX_ATTEMPTS || System.nanoTime() - deadline > 0) {
                    return best;
                }
                int at = Math.max(0, from);
                int to = Math.min(best.size(), from + piece);
                if (at >= to) {
                    continue;
                }
                List<Integer> shorter = new ArrayList<>(best.subList(0, at));
                shorter.addAll(best.subList(to, best.size()));
                if (fails.test(shorter)) {
                    best = shorter;
                    helped = true;
                }
            }
            if (!helped || piece > best.size()) {
                piece = Math.min(piece, best.size()) / 2;
            }
        }
        return best;
    }
}
