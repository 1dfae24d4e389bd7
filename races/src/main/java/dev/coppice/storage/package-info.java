/** Races inside the storage; in its package because they are about its parts. */
package dev.coppice.storage;
