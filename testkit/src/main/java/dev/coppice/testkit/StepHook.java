package dev.coppice.testkit;

/** Is called at every change of a {@link SimulatedDisk}. */
@FunctionalInterface
public interface StepHook {
    /**
     * Runs after the change is visible in the page cache and before the call that made it returns.
     * May take images of the disk, and may throw {@link SimulatedCrash}, after which the disk
     * refuses every call and its images show the moment of the crash.
     *
     * @param disk the disk that was changed
     * @param number of the step, from 1
     * @param step what was changed
     */
    void at(SimulatedDisk disk, long number, Step step);
}
