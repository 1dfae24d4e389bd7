/**
 * The test kit for jqwik: keys, values and steps as arbitraries, and stores for properties. Imports
 * {@code dev.coppice.testkit} and {@code net.jqwik.api}, which a program that uses this depends on
 * itself.
 */
@NullMarked
package dev.coppice.testkit.jqwik;

import org.jspecify.annotations.NullMarked;
