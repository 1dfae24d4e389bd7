/**
 * The engine: opens a store on a {@link dev.coppice.storage.Storage} and sequences transactions,
 * checkpoints and readers. Starts no thread, reads no clock, knows no user API. Imports everything
 * below {@code dev.coppice.engine}.
 */
package dev.coppice.engine;
