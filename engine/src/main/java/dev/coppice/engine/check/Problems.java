package dev.coppice.engine.check;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects problems: the first ones are kept, all are counted.
 *
 * <p>Thread safety: one thread.
 */
final class Problems {
    private static final int MAX_KEPT = 100;

    private final List<Problem> kept = new ArrayList<>();
    private long count;

    void add(Path path, String message) {
        if (count++ < MAX_KEPT) {
            kept.add(new Problem(path.toString(), message));
        }
    }

    List<Problem> kept() {
        return List.copyOf(kept);
    }

    long count() {
        return count;
    }
}
