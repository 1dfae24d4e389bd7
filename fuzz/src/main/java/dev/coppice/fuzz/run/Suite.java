package dev.coppice.fuzz.run;

/** One way to look for faults. */
public interface Suite {
    /** {@return its name on the command line} */
    String name();

    /** {@return what it does, in one line} */
    String purpose();

    /**
     * Tries scenarios until {@link Run#isOver}, or until it has tried what it holds for enough.
     *
     * @throws Exception when the suite itself cannot go on, which is a failure too
     */
    void run(Run run) throws Exception;
}
