/**
 * The {@code coppice} command: one class per subcommand, and what they share. picocli parses;
 * {@link dev.coppice.cli.Main} maps errors to exit codes. Imports the public API only.
 */
package dev.coppice.cli;
