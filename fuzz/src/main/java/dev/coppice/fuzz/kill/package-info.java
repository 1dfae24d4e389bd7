/**
 * Processes that are killed for good while they commit: what they had acknowledged is there when
 * the next process opens the store.
 */
package dev.coppice.fuzz.kill;
