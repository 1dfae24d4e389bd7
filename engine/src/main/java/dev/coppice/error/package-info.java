/**
 * The errors that a store reports. Mistakes of the caller are {@link IllegalArgumentException} and
 * {@link IllegalStateException}; everything else is a {@link dev.coppice.error.StoreException}. One
 * package, because a sealed family cannot leave it. Imports nothing.
 */
@NullMarked
package dev.coppice.error;

import org.jspecify.annotations.NullMarked;
