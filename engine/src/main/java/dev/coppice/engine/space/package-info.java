/**
 * Which pages are free, which will be, and who may have them. Imports {@code error}, {@code
 * storage} and {@code engine.page}. Thread rule: everything belongs to the holder of the writer
 * role.
 *
 * <p>Invariants: F1 each page is in exactly one of header, used, pending, free. F2 a superseded
 * page [birth, death) is handed out only when its death is published and no root r that must
 * survive has birth &lt;= r &lt; death. F3 deaths of a transaction count after its publication, not
 * before.
 */
package dev.coppice.engine.space;
