/**
 * What all suites share: the command line, the budget of a run, its figures, and what is written
 * about a failure. Imports the suites only in {@link dev.coppice.fuzz.run.Fuzz}.
 */
package dev.coppice.fuzz.run;
