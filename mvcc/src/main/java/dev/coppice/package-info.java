/**
 * Coppice: an embedded, ordered key-value store in one memory-mapped file. Start at {@link
 * dev.coppice.Store}.
 *
 * <p>No method accepts or returns null unless it says so. Mistakes of the caller are {@link
 * IllegalArgumentException} and {@link IllegalStateException}; everything else that goes wrong is a
 * {@link dev.coppice.error.StoreException}. Keys are 1 to 65,536 bytes, ordered as unsigned bytes.
 */
@NullMarked
package dev.coppice;

import org.jspecify.annotations.NullMarked;
