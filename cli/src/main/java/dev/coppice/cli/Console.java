package dev.coppice.cli;

import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the command reads and writes.
 *
 * @param isTerminal whether a person looks at it, who is shown progress
 */
public record Console(InputStream in, Output out, Output err, boolean isTerminal) {
    /** {@return the streams of this process} */
    static Console ofProcess() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new Output(new FileOutputStream(FileDescriptor.out)),
                new Output(new FileOutputStream(FileDescriptor.err)),
                isProcessOnTerminal());
    }

    private static boolean isProcessOnTerminal() {
        try {
            // Progress goes to the error stream, wherever the other two lead.
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException _) {
            return Optional.ofNullable(System.console()).map(c -> c.isTerminal()).orElse(false);
        }
    }

    /** {@return a buffer for text to the user, to be flushed} */
    TextBuffer text() {
        return new TextBuffer(out::bytes);
    }

    /** Writes a line with a JSON object to the user and shows it at once. */
    void json(Consumer<JsonWriter> fields) {
        TextBuffer text = text();
        JsonWriter json = new JsonWriter(text);
        json.object();
        fields.accept(json);
        json.endObject().line();
        text.flush();
        out.flush();
    }

    /** Writes a line to the user and shows it at once. */
    public void say(String text) {
        out.line(text);
        out.flush();
    }

    /** Shows a line in place of the one shown last, on a terminal; nothing elsewhere. */
    public void progress(String text) {
        if (isTerminal) {
            err.text("\r\u001b[K" + text);
            err.flush();
        }
    }
}
