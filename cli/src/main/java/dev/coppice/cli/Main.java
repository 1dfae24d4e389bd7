package dev.coppice.cli;

import dev.coppice.cli.demo.DemoCommand;
import dev.coppice.cli.demo.DemoWriterCommand;
import dev.coppice.error.BusyException;
import dev.coppice.error.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The {@code coppice} command: starts the subcommand and turns its errors into exit codes. */
@Command(
        name = "coppice",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Looks into, loads and checks Coppice stores, and shows what they can do.",
        subcommands = {
            DemoCommand.class,
            DemoWriterCommand.class,
            StatCommand.class,
            CheckCommand.class,
            ScrubCommand.class,
            GetCommand.class,
            ScanCommand.class,
            PutCommand.class,
            DelCommand.class,
            LoadCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a check found problems, or a key is not there",
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
            "COPPICE_DEBUG=1 adds stack traces to errors."
        })
public final class Main implements Runnable {
    private final Console console;

    Main(Console console) {
        this.console = console;
    }

    public static void main(String[] args) {
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs one command; returns its exit code. */
    public static int run(Console console, String... args) {
        CommandLine commands = new CommandLine(new Main(console));
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setOut(new PrintWriter(asStream(console.out()), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(asStream(console.err()), true, StandardCharsets.UTF_8));
        commands.setParameterExceptionHandler((e, _) -> refuse(console, e));
        commands.setExecutionExceptionHandler((e, _, _) -> fail(console, e));
        commands.getCommandSpec().version(version());
        for (CommandLine subcommand : commands.getSubcommands().values()) {
            subcommand.getCommandSpec().version(version());
        }
        int code = commands.execute(args);
        try {
            console.out().flush();
            console.err().flush();
        } catch (OutputClosedException _) {
            return code;
        } catch (UncheckedIOException e) {
            return report(console, e.getMessage(), e, ExitCode.STORE);
        }
        return code;
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

    private static int refuse(Console console, ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        return report(console, e.getMessage() + "; see: " + command + " --help", e, ExitCode.USAGE);
    }

    private static int fail(Console console, Exception e) {
        return switch (e) {
            case OutputClosedException _ -> ExitCode.OK;
            case UsageException _ -> report(console, e.getMessage(), e, ExitCode.USAGE);
            case IllegalArgumentException _ -> report(console, e.getMessage(), e, ExitCode.USAGE);
            case BusyException _ -> report(console, e.getMessage(), e, ExitCode.BUSY);
            case StoreException _ -> report(console, e.getMessage(), e, ExitCode.STORE);
            case UncheckedIOException _ -> report(console, e.getMessage(), e, ExitCode.STORE);
            default ->
                    report(
                            console,
                            "unexpected " + e + " (COPPICE_DEBUG=1 shows where)",
                            e,
                            ExitCode.STORE);
        };
    }

    private static int report(Console console, String message, Exception e, int code) {
        try {
            console.out().flush();
        } catch (OutputClosedException | UncheckedIOException _) {
            // The error still has a reader.
        }
        try {
            console.err().line("coppice: " + String.valueOf(message).replace('\n', ' '));
            if (System.getenv("COPPICE_DEBUG") != null) {
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
