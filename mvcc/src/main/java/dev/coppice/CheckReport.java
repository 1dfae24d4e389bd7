package dev.coppice;

import java.util.List;

/**
 * What {@link Store#check} or {@link Store#scrub} found.
 *
 * @param problems the first problems, each with the way from a root to the page concerned
 * @param problemCount all of them, those not kept included
 * @param pages pages that were read
 * @param entries entries that were compared, in all column families
 */
public record CheckReport(List<String> problems, long problemCount, long pages, long entries) {
    /** {@return whether everything is as it should be} */
    public boolean isClean() {
        return problemCount == 0;
    }
}
