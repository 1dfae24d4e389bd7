/** The suite that does nothing but compare a store with what it should contain. */
package dev.coppice.fuzz.model;
