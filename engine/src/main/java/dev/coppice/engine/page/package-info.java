/**
 * Bytes of a page and where they lie. Imports {@code error} and {@code storage}. Thread rule:
 * static functions over (segment, position), no state; a page is changed by the one writer that
 * owns it.
 *
 * <p>Invariants: P1 no offset, layout or magic number of a page stands outside this package. P2
 * every function that reads survives arbitrary bytes: it returns something or throws, and never
 * loops or allocates without a bound. P3 a checksum is computed over a private copy, never over the
 * mapping.
 */
package dev.coppice.engine.page;
