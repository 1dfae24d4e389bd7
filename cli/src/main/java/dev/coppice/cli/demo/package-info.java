/**
 * The demo: a writer process records this machine's telemetry and analyses it on snapshots; its
 * parent kills it, opens the store and compares it with what was acknowledged.
 *
 * <p>Invariants, which {@link dev.coppice.cli.demo.Audit} checks on any snapshot: (1) the samples
 * of a metric are numbered without gaps, from {@code first} to below {@code next} of its total; (2)
 * each sample carries its check and the running total up to it, and the last running total is that
 * of the metric; (3) the last commit record counts as many entries as the totals together.
 */
package dev.coppice.cli.demo;
