/**
 * The only way to a disk: {@link dev.coppice.storage.Storage} and its implementations. Imports
 * {@code dev.coppice.error} only. Invariants: S1 the file grows by physical writes; S2 chunks are
 * never unmapped before close; S3 an interrupt never closes anything; S4 no descriptor of a live
 * file is closed while a lock on it is held; S5 a process is dead only if the byte of its row can
 * be locked, and its reader slots are freed before its row.
 */
package dev.coppice.storage;
