/**
 * Files that are damaged so that their checksums are right: only the structure can tell. Imports
 * the engine's page layouts, to know where things stand.
 */
package dev.coppice.fuzz.corrupt;
