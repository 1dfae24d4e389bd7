package dev.coppice.perf.compare.store;

import java.nio.file.Path;

/**
 * What a store is told when it is opened.
 *
 * @param folder an existing folder for its files
 * @param isDurable whether a commit waits for the medium
 * @param hasIntegerKeys whether keys are 32-bit numbers, highest byte first
 * @param keyBytes length of every key
 * @param valueBytes length of every value
 * @param entries how many there will be, about
 */
public record Opening(
        Path folder,
        boolean isDurable,
        boolean hasIntegerKeys,
        int keyBytes,
        int valueBytes,
        int entries) {}
