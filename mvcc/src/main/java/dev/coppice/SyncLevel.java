package dev.coppice;

/**
 * What a commit waits for. No level can corrupt a store; they differ in which commits a power loss
 * takes back. After a killed process nothing committed is lost at any level, as long as the machine
 * did not restart before the store is opened again.
 */
public enum SyncLevel {
    /** As NORMAL; checkpoints happen only when asked for. */
    OFF,
    /** Returns when readers see the commit. A power loss takes back what no checkpoint covered. */
    NORMAL,
    /** Returns when the commit is on the medium. */
    FULL
}
