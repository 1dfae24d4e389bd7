package dev.coppice.testkit;

/**
 * Thrown by a {@link StepHook} to end the process that a test simulates. An {@link Error}, so that
 * no handler of the store's own exceptions takes it for one of them.
 */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    public SimulatedCrash(String message) {
        // No stack trace: a crash suite throws millions.
        super(message, null, false, false);
    }
}
