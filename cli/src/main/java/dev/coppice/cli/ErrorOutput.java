package dev.coppice.cli;

import dev.coppice.cli.text.TextException;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import dev.coppice.error.UnsupportedFormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Shows errors, each on a line, and turns them into exit codes. Thread safety: one thread. */
final class ErrorOutput {
    private final Console console;

    ErrorOutput(Console console) {
        this.console = console;
    }

    /** Refuses a command line that cannot be used. */
    int refuse(ParameterException e, String... words) {
        boolean isVerbose = List.of(words).contains(Main.VERBOSE);
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String problem = e.getMessage();
        if (e instanceof UnmatchedArgumentException unmatched) {
            problem = unmatched(unmatched, command);
        }
        return report(problem + "; see: " + command + " --help", e, ExitCode.USAGE, isVerbose);
    }

    /** {@return what is not understood, and what may have been meant} */
    private static String unmatched(UnmatchedArgumentException e, String command) {
        String word = e.getUnmatched().getFirst();
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        if (word.startsWith("-")) {
            String meant = Nearest.of(word, spec.optionsMap().keySet());
            return "unknown option " + word + suggestion(meant);
        }
        if (spec.subcommands().isEmpty()) {
            return "too much: " + word;
        }
        List<String> names =
                spec.subcommands().entrySet().stream()
                        .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                        .map(Map.Entry::getKey)
                        .toList();
        return "no such command: " + command + " " + word + suggestion(Nearest.of(word, names));
    }

    private static String suggestion(String meant) {
        return meant == null ? "" : "; did you mean " + meant + "?";
    }

    /** Tells why a command failed. */
    int fail(Throwable e, boolean isVerbose) {
        if (e instanceof OutputClosedException) {
            return ExitCode.OK;
        }
        return report(message(e), e, code(e), isVerbose);
    }

    private static int code(Throwable e) {
        return switch (e) {
            case UsageException _ -> ExitCode.USAGE;
            case TextException _ -> ExitCode.USAGE;
            case IllegalArgumentException _ -> ExitCode.USAGE;
            case AbsentException _ -> ExitCode.NEGATIVE;
            case UnsupportedFormatException _ -> ExitCode.USAGE;
            case BusyException _ -> ExitCode.BUSY;
            default -> ExitCode.STORE;
        };
    }

    private static String message(Throwable e) {
        return switch (e) {
            case UsageException _ -> e.getMessage();
            case TextException _ -> e.getMessage();
            case AbsentException _ -> e.getMessage();
            case IllegalArgumentException _ -> e.getMessage();
            case StoreException _ -> e.getMessage();
            case UncheckedIOException _ -> e.getMessage();
            case IOException _ -> "the system failed: " + e;
            case OutOfMemoryError _ ->
                    "out of memory: give the JVM more, such as COPPICE_OPTS=-Xmx4g";
            default -> "unexpected " + e + " (--verbose shows where)";
        };
    }

    private int report(String message, Throwable e, int code, boolean isVerbose) {
        try {
            console.out().flush();
        } catch (OutputClosedException | UncheckedIOException _) {
            // The error still has a reader.
        }
        try {
            console.err().line("coppice: " + String.valueOf(message).replace('\n', ' '));
            if (isVerbose || Boolean.getBoolean("coppice.verbose")) {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                console.err().text(trace.toString());
            }
            console.err().flush();
        } catch (OutputClosedException | UncheckedIOException _) {
            return code;
        }
        return code;
    }
}
