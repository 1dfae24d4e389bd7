/** Runs the races of the module of that name. */
package dev.coppice.fuzz.races;
