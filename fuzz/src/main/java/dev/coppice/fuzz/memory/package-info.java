/**
 * Lets the engine run out of memory at each place where it allocates. Imports the public interface
 * and {@code crash}.
 */
package dev.coppice.fuzz.memory;
