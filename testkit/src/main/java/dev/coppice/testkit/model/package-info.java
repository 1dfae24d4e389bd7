/** What a store should contain, kept in ordinary maps. Nothing is null unless it says so. */
@NullMarked
package dev.coppice.testkit.model;

import org.jspecify.annotations.NullMarked;
