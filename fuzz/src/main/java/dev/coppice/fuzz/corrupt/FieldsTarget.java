package dev.coppice.fuzz.corrupt;

import java.util.Arrays;
import java.util.List;

/**
 * What Jazzer calls with bytes that choose a store and what is damaged in it: several things, one
 * after the other, each sealed again. Thread safety: one thread.
 */
public final class FieldsTarget {
    private static final int MAX_DAMAGES = 8;
    private static final List<Damage.Kind> KINDS =
            Arrays.stream(Damage.Kind.values()).filter(kind -> !kind.isLength()).toList();
    private static final List<Specimen> SPECIMENS =
            List.of(
                    Specimen.closed(512),
                    Specimen.closed(1024),
                    Specimen.killed(512, false),
                    Specimen.killed(512, true));

    private FieldsTarget() {}

    /** Is called by Jazzer before all inputs. */
    public static void fuzzerInitialize() {
        SPECIMENS.forEach(Trial::warmUp);
    }

    /** Examines what the bytes say; throws where the store does not tell of the damage. */
    public static void fuzzerTestOneInput(byte[] input) {
        Choices choices = new Choices(input);
        Specimen specimen = SPECIMENS.get(choices.nextInt(SPECIMENS.size()));
        boolean isReader = choices.nextInt(2) == 1 && specimen.disk() != null;
        FileCopy copy = FileCopy.of(specimen);
        Damage damage = new Damage(choices, copy, specimen);
        boolean isTold = true;
        for (int i = 0; i < MAX_DAMAGES && choices.hasMore(); i++) {
            Damage.Kind kind = KINDS.get(choices.nextInt(KINDS.size()));
            if (!kind.isLive() || specimen.disk() != null) {
                damage.inflict(kind);
                isTold &= kind.isTold();
            }
        }
        Trial trial = new Trial(specimen, copy, isTold && specimen.disk() == null, choices);
        if (isReader) {
            trial.besideReader();
        } else {
            trial.inMemory();
        }
    }
}
