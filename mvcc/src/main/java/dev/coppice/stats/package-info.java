/**
 * What is counted, timed and told about a store: counters of its operations, latencies, events of
 * the flight recorder, and a file that shows figures to other processes. Imports {@code error}
 * only. Thread rule: any thread, but for tallies that say otherwise.
 */
@NullMarked
package dev.coppice.stats;

import org.jspecify.annotations.NullMarked;
