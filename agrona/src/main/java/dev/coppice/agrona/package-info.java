/**
 * Keys and values in Agrona's buffers. Start at {@link dev.coppice.agrona.BufferAccess}.
 *
 * <p>Agrona's buffers reach into the JVM: a program that uses them is started with {@code
 * --add-exports java.base/jdk.internal.misc=ALL-UNNAMED}. No buffer ever lies on the store's mapped
 * memory, where it could crash the JVM or write into the file: bytes are copied, or shown in an
 * ordinary array.
 */
@NullMarked
package dev.coppice.agrona;

import org.jspecify.annotations.NullMarked;
