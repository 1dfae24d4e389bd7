/**
 * Compares layouts for 4 KiB leaf and branch pages: where the key heads, the slots and the entries
 * lie, and how the heads are searched. The result is docs/decisions/0001-page-layout.md.
 *
 * <p>May import: java.base, and java.management for processor time. Thread rule: every class here
 * is used by one thread. Keys, values and pages are native memory throughout, because an accessor
 * that also sees heap segments slows down for all.
 */
package dev.coppice.perf.layout;
