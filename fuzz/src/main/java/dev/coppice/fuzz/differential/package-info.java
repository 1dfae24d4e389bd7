/**
 * The same transactions done to this store and to others that people trust, with equal contents at
 * the end.
 */
package dev.coppice.fuzz.differential;
