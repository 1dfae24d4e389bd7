package dev.coppice.stats;

import jdk.jfr.FlightRecorder;

/** Whether anybody may record events at all. Stateless. */
public final class FlightRecording {
    private FlightRecording() {}

    /**
     * {@return whether the flight recorder was set up in this process} Before that nobody records,
     * and the first use of any class of events would set it up, which takes some 50 ms: too much
     * for a thread that writes.
     */
    public static boolean isSetUp() {
        return FlightRecorder.isInitialized();
    }
}
