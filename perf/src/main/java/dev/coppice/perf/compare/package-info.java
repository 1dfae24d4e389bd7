/**
 * Coppice beside the stores that its users would otherwise choose: commands, results, bars,
 * reports.
 *
 * <p>May import compare.store, compare.work and figures. Thread rule: one thread.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>All figures of a comparison come from one run on one machine, the stores taking turns.
 *   <li>A bar compares what the same round gave, and shows the median of the rounds.
 * </ol>
 */
package dev.coppice.perf.compare;
