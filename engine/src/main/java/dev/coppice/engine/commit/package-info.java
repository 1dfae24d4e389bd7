/**
 * What makes a set of pages a store: roots, the slots that name them, commit, checkpoint and
 * recovery; docs/durability.md has the rules by number. Imports {@code error}, {@code storage} and
 * {@code engine.page}, {@code engine.space}, {@code engine.btree}.
 *
 * <p>Invariants: C1 durability is knowledge: {@code Known} changes only after a flush returned. C2
 * a durable slot is never written while it is the known one. C3 everything a slot's tip reaches
 * with a birth behind its VERIFY_AFTER is sealed before the slot is written. C4 a protection (pin,
 * slot in flight, known) is set at its destination before it is cleared at its source; scans read
 * pins, then the slot in flight, then known.
 */
package dev.coppice.engine.commit;
