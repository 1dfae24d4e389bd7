/**
 * Checks a whole store: one walk over everything that a root reaches, and an account of every page.
 * Imports everything below {@code dev.coppice.engine} but the engine itself. Thread rule: one check
 * is run by one thread, while the store is used by others.
 *
 * <p>Invariants: K1 whatever the bytes say, a check returns, and reports them as problems. K2 each
 * page is read at most once, so that the time is bounded by the size of the file. K3 what is kept
 * of the problems is bounded; they are counted all the same.
 */
package dev.coppice.engine.check;
