package dev.coppice;

/** Who does a store's work in the background: checkpoints, growth ahead of need, reports. */
public enum MaintenanceMode {
    /** A daemon thread of the store's own, the only one it has. */
    THREAD,
    /** The program, by calling {@link Store#doWork} again and again on a thread of its choice. */
    MANUAL
}
