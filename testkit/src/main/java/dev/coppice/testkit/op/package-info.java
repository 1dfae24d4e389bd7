/**
 * Steps that can be done to a store. Each can be done in any state, at worst to no effect, so that
 * every part of a list of steps is a list of steps: a failing one can be shrunk. Imports the public
 * interface only. Nothing is null unless it says so.
 */
@NullMarked
package dev.coppice.testkit.op;

import org.jspecify.annotations.NullMarked;
