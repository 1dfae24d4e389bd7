/**
 * Helpers for tests of programs that use Coppice. {@link dev.coppice.testkit.SimulatedDisk} is a
 * disk that loses power on request. Imports {@code dev.coppice.storage} and {@code
 * dev.coppice.error} only. Everything is deterministic: no clock, no thread, random choices by
 * seed.
 */
package dev.coppice.testkit;
