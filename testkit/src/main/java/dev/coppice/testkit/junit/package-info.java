/**
 * The test kit for JUnit 5 and 6. Imports {@code dev.coppice.testkit} and {@code
 * org.junit.jupiter.api}, which a program that uses this depends on itself.
 */
@NullMarked
package dev.coppice.testkit.junit;

import org.jspecify.annotations.NullMarked;
