/**
 * The only way to a disk: {@link dev.coppice.storage.Storage} and its implementations. Imports
 * {@code dev.coppice.error} only. Invariants: S1 the file grows by physical writes; S2 chunks are
 * never unmapped before close; S3 an interrupt never closes anything; S4 no descriptor of a live
 * file is closed while its lock is held.
 */
package dev.coppice.storage;
