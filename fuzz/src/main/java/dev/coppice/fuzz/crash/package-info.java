/**
 * Crashes a store at every step of a script and looks at what is left. {@link
 * dev.coppice.fuzz.crash.CrashSuite} runs everything, from tests or from the command line.
 *
 * <p>Imports {@code dev.coppice.engine} and {@code dev.coppice.testkit}. Everything is
 * deterministic but for the id of the store.
 */
package dev.coppice.fuzz.crash;
