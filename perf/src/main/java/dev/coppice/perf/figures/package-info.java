/**
 * What {@code perf/run} measures: the figures that Coppice promises, and the same beside lmdbjava.
 *
 * <p>May import the public API and lmdbjava; only {@link dev.coppice.perf.figures.LmdbSubject}
 * knows the latter. Thread rule: one thread per JVM, but for the memory sampler and the
 * interrupter.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Whatever is timed runs in a JVM of its own, which has seen one store only.
 *   <li>Both stores get the same keys and values in the same order, and copy what they read.
 * </ol>
 */
package dev.coppice.perf.figures;
