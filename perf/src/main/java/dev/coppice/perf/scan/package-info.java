/**
 * What a scan costs, by the place that entries are read from: the mapping itself, a copy of the
 * leaf in native memory, or a copy in an array. docs/decisions/0010-cursors-copy-leaves.md.
 */
package dev.coppice.perf.scan;
