/** Races that show through the public interface. */
package dev.coppice.races;
