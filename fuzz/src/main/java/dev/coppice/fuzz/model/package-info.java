/**
 * What a store should contain, kept in ordinary maps, the oracle of all suites; and the suite that
 * does nothing but compare the two.
 */
package dev.coppice.fuzz.model;
