package dev.coppice.testkit;

/**
 * One way in which a power loss can end. Thread safety: immutable.
 *
 * @param sectors which unsynced sectors are on the medium
 * @param sizeChanges how many of the unflushed changes of the file's size are, the first ones
 * @param live what is left of the live file
 */
public record PowerLoss(SectorChoice sectors, int sizeChanges, LiveFate live) {}
