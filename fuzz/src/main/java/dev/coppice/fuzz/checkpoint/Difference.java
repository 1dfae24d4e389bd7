package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointMode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What differs from SQLite on purpose; docs/checkpoint.md gives the reasons.
 *
 * <p>Thread safety: immutable.
 */
enum Difference {
    OLDER_READER("older-reader", Field.ALL),
    EMPTY_LOG("empty-log", Field.FRAMES),
    OWN_WRITE("own-write", Field.CODE),
    OWN_READ("own-read", Field.CODE);

    /** What is compared. */
    enum Field {
        CODE,
        ALL,
        FRAMES;

        private boolean isEqual(Answer one, Answer other) {
            boolean areCounted = one.isCounted() && other.isCounted();
            return switch (this) {
                case CODE -> one.code() == other.code();
                case ALL -> !areCounted || one.isAll() == other.isAll();
                case FRAMES -> !areCounted || one.hasFrames() == other.hasFrames();
            };
        }

        /** {@return the fields in which two answers differ} */
        static Set<Field> of(Answer one, Answer other) {
            Set<Field> different = EnumSet.noneOf(Field.class);
            for (Field field : values()) {
                if (!field.isEqual(one, other)) {
                    different.add(field);
                }
            }
            return different;
        }
    }

    private final String title;
    private final Field field;

    Difference(String title, Field field) {
        this.title = title;
        this.field = field;
    }

    private boolean appliesTo(Scenario s) {
        boolean isAlone = s.own() == Scenario.Own.NOTHING;
        return switch (this) {
            case OLDER_READER ->
                    isAlone
                            && (s.has(Scenario.Other.BASE) || s.has(Scenario.Other.OLDER))
                            && !s.doOthersLeave();
            case EMPTY_LOG ->
                    isAlone
                            && s.has(Scenario.Other.PASSIVE)
                            && !isTruncated(s)
                            && !(s.has(Scenario.Other.WRITER) && s.doOthersLeave());
            case OWN_WRITE -> s.own() == Scenario.Own.WRITE;
            case OWN_READ -> s.own() == Scenario.Own.READ;
        };
    }

    private static boolean isTruncated(Scenario s) {
        Set<Scenario.Other> inTheWay =
                EnumSet.of(
                        Scenario.Other.BASE,
                        Scenario.Other.OLDER,
                        Scenario.Other.NEWEST,
                        Scenario.Other.WRITER);
        boolean isFree = s.doOthersLeave() || Collections.disjoint(s.others(), inTheWay);
        return s.mode() == CheckpointMode.TRUNCATE && isFree;
    }

    /** {@return what the document calls it} */
    String title() {
        return title;
    }

    Field field() {
        return field;
    }

    /** {@return those that are expected of a scenario} */
    static Set<Difference> expectedOf(Scenario scenario) {
        Set<Difference> expected = EnumSet.noneOf(Difference.class);
        for (Difference each : values()) {
            if (each.appliesTo(scenario)) {
                expected.add(each);
            }
        }
        return expected;
    }
}
