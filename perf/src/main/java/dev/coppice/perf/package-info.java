/**
 * The entry point of {@code perf/run}. May import everything in perf. Thread rule: one thread.
 *
 * <p>Packages, from the bottom: figures (Coppice alone, and what all share), compare.store (the
 * other stores behind one interface), compare.work (workloads over it), compare (commands).
 */
package dev.coppice.perf;
