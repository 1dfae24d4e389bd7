package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A command run in this process.
 *
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        return of(InputStream.nullInputStream(), args);
    }

    static Run withInput(String input, String... args) {
        return of(new ByteArrayInputStream(input.getBytes(UTF_8)), args);
    }

    static Run of(InputStream input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(console(input, out, err), args);
        return new Run(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    static Console console(InputStream in, OutputStream out, OutputStream err) {
        return new Console(in, new Output(out), new Output(err), false);
    }
}
