package dev.coppice.fuzz.run;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * A scenario that failed.
 *
 * @param scenario what was done, in one line
 * @param repeat arguments of {@code fuzz/run} that do it again
 * @param script the steps that are left after shrinking; empty where the scenario has no steps
 * @param error what was wrong
 */
public record Failure(String scenario, String repeat, List<String> script, Throwable error) {
    /** {@return all of it, for a file} */
    String text() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        out.println("scenario: " + scenario);
        out.println("repeat:   fuzz/run " + repeat);
        out.println();
        script.forEach(out::println);
        out.println();
        error.printStackTrace(out);
        return text.toString();
    }
}
