/**
 * What the stores are given to do. Each workload is written once, over {@link
 * dev.coppice.perf.compare.store.Subject}, and is run by {@link
 * dev.coppice.perf.compare.work.Trial} in JVMs of their own and by JMH.
 *
 * <p>May import compare.store and figures. Thread rule: one thread, but for the workloads that are
 * about several.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A JVM sees one store only.
 *   <li>All stores get the same keys and values in the same order, and every answer is checked.
 *   <li>What is timed formats no key and draws no random number: both are laid out before.
 * </ol>
 */
package dev.coppice.perf.compare.work;
