package dev.coppice.cli;

import picocli.CommandLine.Option;

/** Whether a command prints JSON. Thread safety: one thread. */
final class JsonOption {
    @Option(
            names = "--json",
            description = "print JSON: an object, or a line with an object for each entry")
    private boolean isJson;

    boolean isJson() {
        return isJson;
    }
}
