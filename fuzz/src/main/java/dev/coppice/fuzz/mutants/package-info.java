/**
 * Bugs planted on purpose, each of which a suite has to catch: whether the harness sees anything is
 * tested like everything else.
 */
package dev.coppice.fuzz.mutants;
