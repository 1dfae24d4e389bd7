package dev.coppice.fuzz.crash;

import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.Step;
import dev.coppice.testkit.model.History;

/** Watches a session: every step of its disk, and every call that returned. */
interface Observer {
    /** Does nothing. */
    Observer NONE =
            new Observer() {
                @Override
                public void step(SimulatedDisk disk, History history, long number, Step step) {}

                @Override
                public void returned(SimulatedDisk disk, History history, String call) {}
            };

    /** Is called inside a call, after a change of the disk. */
    void step(SimulatedDisk disk, History history, long number, Step step);

    /** Is called after a call has returned and the history says so. */
    void returned(SimulatedDisk disk, History history, String call);
}
