/**
 * The stores that are measured, behind one small interface each: {@link
 * dev.coppice.perf.compare.store.Subject} and its handles.
 *
 * <p>May import the public API of Coppice and the other stores' libraries; nothing else in the
 * project may import the latter. Thread rule: any thread may ask a subject for handles; a handle
 * belongs to one thread.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Each store is used as its documentation says is fastest for the promise that is measured;
 *       {@link dev.coppice.perf.compare.store.Peer#settings} says how.
 *   <li>Keys are ordered as unsigned bytes; {@code get} and {@code copyValue} deliver a copy in the
 *       caller's array, the sums read where the store delivers.
 * </ol>
 */
package dev.coppice.perf.compare.store;
