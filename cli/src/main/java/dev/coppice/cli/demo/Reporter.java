package dev.coppice.cli.demo;

import dev.coppice.cli.Console;
import dev.coppice.cli.OutputClosedException;

/**
 * The writer's end of the pipe to its parent. Thread safety: any thread.
 *
 * <p>Without a parent there is nobody to write for: the process ends at once.
 */
final class Reporter {
    private final Console console;

    Reporter(Console console) {
        this.console = console;
    }

    void send(Message message, String content) {
        try {
            console.say(message.line(content));
        } catch (OutputClosedException _) {
            Runtime.getRuntime().halt(1);
        }
    }
}
