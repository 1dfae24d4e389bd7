/**
 * What a store should contain, kept in ordinary maps: the oracle of the crash suite. Imports
 * nothing of the project.
 */
package dev.coppice.fuzz.model;
