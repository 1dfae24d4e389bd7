/**
 * Helpers for tests of programs that use Coppice. {@link dev.coppice.testkit.CheckedStore} is a
 * store that fails its test when something is wrong with it, {@link
 * dev.coppice.testkit.SimulatedDisk} a disk that loses power on request, and {@link
 * dev.coppice.testkit.CrashTrial} crashes a piece of a program at every step that it makes on such
 * a disk.
 *
 * <p>Imports {@code dev.coppice} and what that exports of the engine; packages of other libraries
 * are imported by {@code junit} and {@code jqwik} below this one only. Everything is deterministic:
 * no clock, no thread, random choices by seed. Nothing is null unless it says so.
 */
@NullMarked
package dev.coppice.testkit;

import org.jspecify.annotations.NullMarked;
