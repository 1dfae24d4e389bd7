package dev.coppice.testkit;

import org.jspecify.annotations.Nullable;

/**
 * The end of a process, counted in steps of its {@link SimulatedDisk}. The text names it, for
 * {@link CrashTrial#only}.
 *
 * <p>Thread safety: immutable.
 *
 * @param step after which it ends, from 1
 * @param cutsPower whether the power fails; otherwise the process is killed and the system lives on
 * @param choice which of the ways in which a power loss can end there, modulo how many there are; 0
 *     for a kill
 * @param before an earlier crash; this one ended the recovery from it
 */
public record Crash(long step, boolean cutsPower, int choice, @Nullable Crash before) {
    /** Checks the numbers. */
    public Crash {
        if (step < 1 || choice < 0) {
            throw new IllegalArgumentException(
                    "crash: step=" + step + ", min=1, choice=" + choice + ", min=0");
        }
    }

    /** {@return a kill behind a step} */
    public static Crash kill(long step) {
        return new Crash(step, false, 0, null);
    }

    /** {@return a loss of power behind a step} */
    public static Crash powerLoss(long step, int choice) {
        return new Crash(step, true, choice, null);
    }

    /** {@return the same during the recovery from another one} */
    Crash after(Crash first) {
        return new Crash(step, cutsPower, choice, first);
    }

    /**
     * {@return whether every commit must still be there that had been made when the process ended:
     * the power never failed; otherwise only what was durable must be}
     */
    public boolean keepsEveryCommit() {
        return !cutsPower && (before == null || before.keepsEveryCommit());
    }

    @Override
    public String toString() {
        String what = cutsPower ? "power loss " + choice : "kill";
        return (before == null ? "" : before + ", then ") + what + " at step " + step;
    }
}
