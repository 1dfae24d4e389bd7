package dev.coppice.perf.compare.work;

/**
 * What the entries of a store look like.
 *
 * @param keys kind of the keys
 * @param valueBytes length of every value
 * @param isAscending whether they were stored, and are got, in the order of their keys
 */
public record Shape(KeyKind keys, int valueBytes, boolean isAscending) {}
