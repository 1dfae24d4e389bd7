/**
 * Entries as text: TSV and JSON Lines, read and written as streams of any length, and the encodings
 * of bytes in both. Imports nothing of Coppice. What cannot be read is a {@link
 * dev.coppice.cli.text.TextException} that names the line.
 */
package dev.coppice.cli.text;
