package dev.coppice.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The {@code coppice} command: starts the subcommand and turns its errors into exit codes. */
@Command(
        name = "coppice",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Looks into, loads and checks Coppice stores, and shows what they can do.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a check found problems, a key or family is not there, a checkpoint was busy, or lines were"
                    + " left out",
            "2:the command line or the input cannot be used, or there is no store that this opens",
            "3:somebody else has the store open, and this would have to change it",
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
    static final String VERBOSE = "--verbose";

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
    public static int run(Console console, String... words) {
        String[] args = helped(words);
        Main main = new Main(console);
        ErrorOutput errors = new ErrorOutput(console);
        CommandLine commands = new CommandLine(main);
        Subcommands.of(args).forEach(commands::addSubcommand);
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setOut(new PrintWriter(asStream(console.out()), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(asStream(console.err()), true, StandardCharsets.UTF_8));
        commands.setParameterExceptionHandler((e, all) -> errors.refuse(e, all));
        commands.setExecutionExceptionHandler((e, _, _) -> errors.fail(e, main.isVerbose));
        commands.registerConverter(long.class, Main::wholeNumber);
        commands.registerConverter(Long.class, Main::wholeNumber);
        setVersion(commands, version());
        int code;
        try {
            code = commands.execute(args);
        } catch (OutOfMemoryError e) {
            code = errors.fail(e, main.isVerbose);
        }
        try {
            console.out().flush();
            console.err().flush();
        } catch (OutputClosedException _) {
            return code;
        } catch (UncheckedIOException e) {
            return errors.fail(e, main.isVerbose);
        }
        return code;
    }

    /** {@return the words, where they begin with "help" as the option of that name} */
    private static String[] helped(String... words) {
        if (words.length == 0 || !words[0].equals("help")) {
            return words;
        }
        String[] args = Arrays.copyOfRange(words, 1, words.length + 1);
        args[words.length - 1] = "--help";
        return args;
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
