package dev.coppice.cli;

import dev.coppice.cli.demo.DemoCommand;
import dev.coppice.cli.demo.DemoWriterCommand;
import dev.coppice.cli.text.TextException;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code coppice} command: starts the subcommand and turns its errors into exit codes. */
@Command(
        name = "coppice",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Looks into, loads and checks Coppice stores, and shows what they can do.",
        subcommands = {
            DemoCommand.class,
            DemoWriterCommand.class,
            GetCommand.class,
            PutCommand.class,
            DelCommand.class,
            ExistsCommand.class,
            ScanCommand.class,
            CountCommand.class,
            CfCommand.class,
            LoadCommand.class,
            DumpCommand.class,
            CopyCommand.class,
            StatCommand.class,
            CheckCommand.class,
            ScrubCommand.class,
            JshellCommand.class,
            CompletionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a check found problems, a key or family is not there, or lines were left out",
            "2:the command line or the input cannot be used",
            "3:somebody else has the store open",
            "4:the store or the machine failed",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice demo",
            "  coppice put prices.coppice EURUSD 1.0842",
            "  coppice scan prices.coppice --prefix EUR",
            "  coppice load prices.coppice prices.tsv",
            "  coppice check prices.coppice",
            "",
            "COPPICE_OPTS holds JVM options, such as -Xmx2g."
        })
public final class Main implements Runnable {
    private static final String VERBOSE = "--verbose";

    private final Console console;

    @Option(
            names = VERBOSE,
            scope = ScopeType.INHERIT,
            description = "add stack traces to errors (so does -Dcoppice.verbose=true)")
    private boolean isVerbose;

    Main(Console console) {
        this.console = console;
    }

    public static void main(String[] args) {
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs one command; returns its exit code. */
    public static int run(Console console, String... args) {
        Main main = new Main(console);
        CommandLine commands = new CommandLine(main);
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setOut(new PrintWriter(asStream(console.out()), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(asStream(console.err()), true, StandardCharsets.UTF_8));
        commands.setParameterExceptionHandler((e, words) -> main.refuse(e, words));
        commands.setExecutionExceptionHandler((e, _, _) -> main.fail(e));
        commands.registerConverter(long.class, Main::wholeNumber);
        commands.registerConverter(Long.class, Main::wholeNumber);
        setVersion(commands, version());
        int code;
        try {
            code = commands.execute(args);
        } catch (OutOfMemoryError e) {
            String advice = "out of memory: give the JVM more, such as COPPICE_OPTS=-Xmx4g";
            code = main.report(advice, e, ExitCode.STORE);
        }
        try {
            console.out().flush();
            console.err().flush();
        } catch (OutputClosedException _) {
            return code;
        } catch (UncheckedIOException e) {
            return main.report(e.getMessage(), e, ExitCode.STORE);
        }
        return code;
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new TypeConversionException("'" + text + "' is not a whole number");
        }
    }

    private static void setVersion(CommandLine commands, String version) {
        commands.getCommandSpec().version(version);
        commands.getSubcommands().values().forEach(each -> setVersion(each, version));
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return "coppice " + (version == null ? "(not from a jar)" : version);
    }

    /** {@return where commands read and write} */
    public Console console() {
        return console;
    }

    @Override
    public void run() {
        throw new UsageException("no command given: coppice --help lists them");
    }

    private int refuse(ParameterException e, String... words) {
        isVerbose = isVerbose || List.of(words).contains(VERBOSE);
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String problem = e.getMessage();
        if (e instanceof UnmatchedArgumentException unmatched) {
            problem = unmatched(unmatched, command);
        }
        return report(problem + "; see: " + command + " --help", e, ExitCode.USAGE);
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

    private int fail(Exception e) {
        return switch (e) {
            case OutputClosedException _ -> ExitCode.OK;
            case UsageException _ -> report(e.getMessage(), e, ExitCode.USAGE);
            case TextException _ -> report(e.getMessage(), e, ExitCode.USAGE);
            case IllegalArgumentException _ -> report(e.getMessage(), e, ExitCode.USAGE);
            case BusyException _ -> report(e.getMessage(), e, ExitCode.BUSY);
            case StoreException _ -> report(e.getMessage(), e, ExitCode.STORE);
            case UncheckedIOException _ -> report(e.getMessage(), e, ExitCode.STORE);
            case IOException _ -> report(e.toString(), e, ExitCode.STORE);
            default -> report("unexpected " + e + " (--verbose shows where)", e, ExitCode.STORE);
        };
    }

    private int report(String message, Throwable e, int code) {
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

    /** {@return a stream for picocli, which knows nothing of closed outputs} */
    private static OutputStream asStream(Output output) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int from, int length) throws IOException {
                try {
                    output.bytes(source, from, length);
                } catch (OutputClosedException e) {
                    throw new IOException(e);
                }
            }

            @Override
            public void flush() throws IOException {
                try {
                    output.flush();
                } catch (OutputClosedException e) {
                    throw new IOException(e);
                }
            }
        };
    }
}
