package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointMode;
import dev.coppice.JournalMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who is there when a checkpoint is asked for, and how it is asked for.
 *
 * @param journal as the store was opened with
 * @param others what happened before, in the order of the constants
 * @param own what the one that asks has open
 * @param mode of the checkpoint
 * @param patience how long it waits
 */
record Scenario(
        JournalMode journal, Set<Other> others, Own own, CheckpointMode mode, Patience patience) {
    /** What came before, each with a connection of its own. */
    enum Other {
        /** A reader that began when the log was empty; commits came since. */
        BASE,

        /** A reader that began when the log was in use; a commit came since. */
        OLDER,

        /** A reader of the newest commit, which began when that was in the log. */
        NEWEST,

        /** Not somebody: a PASSIVE checkpoint was made at this point. */
        PASSIVE,

        /** A reader of the newest commit, which began after that checkpoint. */
        AFTER,

        /** A write transaction that has changed something. */
        WRITER
    }

    /** What the one that asks has open. */
    enum Own {
        NOTHING,
        READ,
        WRITE
    }

    /** How long it waits. */
    enum Patience {
        NONE,
        LITTLE,

        /** Until the others have left, which they do while it waits for them. */
        ENOUGH
    }

    boolean has(Other other) {
        return others.contains(other);
    }

    /** {@return whether the others leave before the checkpoint gives up} */
    boolean doOthersLeave() {
        return patience == Patience.ENOUGH && mode != CheckpointMode.PASSIVE;
    }

    /** {@return every scenario that can be} */
    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (CheckpointMode mode : CheckpointMode.values()) {
            for (Patience patience : Patience.values()) {
                for (Own own : Own.values()) {
                    Set<Other> nobody = EnumSet.noneOf(Other.class);
                    all.add(new Scenario(JournalMode.DELETE, nobody, own, mode, patience));
                    addWithLog(all, own, mode, patience);
                }
            }
        }
        return all;
    }

    private static void addWithLog(
            List<Scenario> all, Own own, CheckpointMode mode, Patience patience) {
        Other[] values = Other.values();
        for (int bits = 0; bits < 1 << values.length; bits++) {
            Set<Other> others = EnumSet.noneOf(Other.class);
            for (int i = 0; i < values.length; i++) {
                if ((bits >> i & 1) != 0) {
                    others.add(values[i]);
                }
            }
            boolean isLoneAfter = others.contains(Other.AFTER) && !others.contains(Other.PASSIVE);
            boolean areTwoWriters = others.contains(Other.WRITER) && own == Own.WRITE;
            boolean isOfInterest = own == Own.NOTHING || others.size() <= 1;
            if (isOfInterest && !isLoneAfter && !areTwoWriters) {
                all.add(new Scenario(JournalMode.WAL, others, own, mode, patience));
            }
        }
    }

    /** {@return a name for the command line} */
    String name() {
        StringBuilder name = new StringBuilder(journal.name());
        others.forEach(other -> name.append('+').append(other));
        return name + "/" + own + "/" + mode + "/" + patience;
    }
}
