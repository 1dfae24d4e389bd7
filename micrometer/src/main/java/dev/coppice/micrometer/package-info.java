/**
 * Figures of a store as meters of Micrometer: {@link dev.coppice.micrometer.StoreMetrics}. A module
 * of its own, so that only who uses Micrometer gets it.
 */
@NullMarked
package dev.coppice.micrometer;

import org.jspecify.annotations.NullMarked;
