/**
 * The figures that Coppice promises, and what all commands of {@code perf/run} share: JVMs of their
 * own, entries, tables.
 *
 * <p>May import the public API. Thread rule: one thread per JVM, but for the memory sampler and the
 * interrupter.
 *
 * <p>Invariant 1: whatever is timed runs in a JVM of its own.
 */
package dev.coppice.perf.figures;
