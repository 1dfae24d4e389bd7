package dev.coppice.engine.check;

import java.util.List;

/**
 * What a check found.
 *
 * @param problems the first problems
 * @param problemCount all of them, those not kept included
 * @param pages pages that the root reaches
 * @param entries entries in all trees, as far as they could be read
 */
public record CheckReport(List<Problem> problems, long problemCount, long pages, long entries) {
    /** {@return whether everything is as it should be} */
    public boolean isClean() {
        return problemCount == 0;
    }
}
