package dev.coppice.testkit;

import java.util.SplittableRandom;

/**
 * Which unsynced sectors a power loss leaves on the medium, and in which content. A sector counts
 * from 0 in the order in which sectors first became dirty since they were last flushed; each has
 * the durable content (version 0), all contents announced since, and the newest.
 *
 * <p>Thread safety: immutable.
 */
public sealed interface SectorChoice {
    /** Nothing reached the medium. */
    record None() implements SectorChoice {}

    /** Everything reached the medium. */
    record All() implements SectorChoice {}

    /**
     * The sectors that became dirty first reached the medium.
     *
     * @param count how many
     */
    record Prefix(int count) implements SectorChoice {}

    /**
     * All sectors but one reached the medium.
     *
     * @param index the one that did not
     */
    record AllBut(int index) implements SectorChoice {}

    /**
     * One sector reached the medium.
     *
     * @param index which one
     */
    record Only(int index) implements SectorChoice {}

    /**
     * All sectors reached the medium, but one in part.
     *
     * @param index which one
     * @param newBytes how many of its first bytes are new; the rest is durable content
     */
    record Torn(int index, int newBytes) implements SectorChoice {}

    /**
     * All sectors reached the medium, but one in an earlier content.
     *
     * @param index which one
     * @param version which of its contents
     */
    record Earlier(int index, int version) implements SectorChoice {}

    /**
     * Every sector has any one of its contents.
     *
     * @param seed decides which
     */
    record Random(long seed) implements SectorChoice {}

    /**
     * {@return the version that a sector has on the medium}
     *
     * @param sector counted by first dirtying
     * @param newest number of its newest version
     */
    default int version(int sector, int newest) {
        return switch (this) {
            case None() -> 0;
            case All() -> newest;
            case Prefix(int count) -> sector < count ? newest : 0;
            case AllBut(int index) -> sector == index ? 0 : newest;
            case Only(int index) -> sector == index ? newest : 0;
            case Torn _ -> newest;
            case Earlier(int index, int version) ->
                    sector == index ? Math.min(version, newest) : newest;
            case Random(long seed) -> randomVersion(seed, sector, newest);
        };
    }

    private static int randomVersion(long seed, int sector, int newest) {
        // Half durable, half newest where there are two, any of them where there are more.
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + sector).nextInt(newest + 1);
    }
}
