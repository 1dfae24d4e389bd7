/**
 * Lists of {@link dev.coppice.testkit.op.Op}, made at random from a seed, tried and shrunk. The
 * model, crash and differential suites all do the same steps. Imports the public interface and the
 * test kit only.
 */
package dev.coppice.fuzz.op;
