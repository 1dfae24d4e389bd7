/**
 * Measurements behind docs/decisions/0002-normal-commit-path.md: what a NORMAL commit costs beside
 * checkpoints, for each way to bring its pages into the file.
 *
 * <p>May import the JDK only. Thread rule: one writer thread owns {@link
 * dev.coppice.perf.commitpath.TreeModel}, one maintenance thread owns {@link
 * dev.coppice.perf.commitpath.SpacePool}; they meet in grants and captures only.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A page that the flushing root reaches is not stored into before that flush has returned.
 *   <li>A page superseded in generation g is granted again only after the flush that captured g.
 * </ol>
 */
package dev.coppice.perf.commitpath;
