/**
 * The B+tree: lookups and cursors over a root, and changes that copy what they touch. Imports
 * {@code error}, {@code engine.page} and {@code engine.space}. Thread rule: readers any thread,
 * each with a cursor of its own; a tree is changed by the holder of the writer role.
 *
 * <p>Invariants: T1 a page that is not the transaction's own is never changed. T2 a reference has
 * the birth of the page it names and the exact number of entries below it. T3 all leaves are at
 * level 0 and every child is one level below its parent. T4 keys of child i are not below separator
 * i - 1 and below separator i. T5 an operation that throws leaves a tree whose references are
 * intact, though not necessarily its content: the transaction can only be rolled back.
 */
package dev.coppice.engine.btree;
