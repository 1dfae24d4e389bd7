package dev.coppice.cli;

/** What the command returns to the shell; listed in its help. Stateless. */
public final class ExitCode {
    public static final int OK = 0;

    /**
     * A check found problems, a key or family is absent, a checkpoint was busy, or the demo lost
     * something.
     */
    public static final int NEGATIVE = 1;

    public static final int USAGE = 2;
    public static final int BUSY = 3;
    public static final int STORE = 4;

    private ExitCode() {}
}
