/**
 * Values in Chronicle Bytes. Start at {@link dev.coppice.chronicle.BytesAccess}.
 *
 * <p>On-heap Bytes and {@code BytesMarshallable} objects need no JVM option; Chronicle itself
 * prints warnings about {@code sun.misc.Unsafe}, and does not run with {@code
 * --sun-misc-unsafe-memory-access=deny}. No Bytes ever lie on the store's mapped memory.
 */
@NullMarked
package dev.coppice.chronicle;

import org.jspecify.annotations.NullMarked;
