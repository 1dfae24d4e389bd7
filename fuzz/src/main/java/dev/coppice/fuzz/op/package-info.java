/**
 * Steps that can be done to a store, made at random from a seed. Each can be done in any state, at
 * worst to no effect, so that every part of a list of steps is a list of steps: a failing one can
 * be shrunk. The model, crash and differential suites all do the same steps. Imports the public
 * interface only.
 */
package dev.coppice.fuzz.op;
