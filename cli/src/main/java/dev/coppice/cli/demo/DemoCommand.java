package dev.coppice.cli.demo;

import dev.coppice.cli.Console;
import dev.coppice.cli.ExitCode;
import dev.coppice.cli.Main;
import dev.coppice.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Records this machine's telemetry, kills the writer meanwhile, and shows that nothing is lost. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Records this machine's live telemetry at full speed while two threads analyse snapshots"
                    + " of it; kills the writer process half-way, opens the store, and compares it"
                    + " with every commit that was acknowledged.",
            "Ends with 0 only when nothing was lost and nothing contradicts anything else."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice demo",
            "  coppice demo --seconds 60",
            "  coppice demo --dir /data/try     (keeps the store; run it again to continue)"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final String FILE_NAME = "demo.coppice";

    @ParentCommand private Main main;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long the writers run together, at least 2 (default: 20)")
    private int seconds = 20;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "where the store is made, and stays; default: a temporary directory that is"
                            + " deleted at the end")
    private Path directory;

    @Option(names = "--keep", description = "do not delete the temporary directory")
    private boolean isKept;

    @Option(
            names = "--beans",
            description = "record the JDK's management beans, as on machines without /proc")
    private boolean isBeansOnly;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (seconds < 2) {
            throw new UsageException("--seconds " + seconds + ": at least 2");
        }
        Console console = main.console();
        if (directory != null) {
            Files.createDirectories(directory);
            return run(console, directory.resolve(FILE_NAME), true);
        }
        Path temporary = Files.createTempDirectory("coppice-demo-");
        Thread cleanup = new Thread(() -> delete(temporary));
        if (!isKept) {
            Runtime.getRuntime().addShutdownHook(cleanup);
        }
        int code = ExitCode.STORE;
        try {
            code = run(console, temporary.resolve(FILE_NAME), isKept);
        } finally {
            if (!isKept) {
                Runtime.getRuntime().removeShutdownHook(cleanup);
                clear(console, temporary, code);
            }
        }
        return code;
    }

    /** Deletes the store, unless it shows what went wrong. */
    private static void clear(Console console, Path temporary, int code) {
        if (code == ExitCode.OK) {
            delete(temporary);
        } else {
            console.err().line("the store stays in " + temporary + " for a closer look");
        }
    }

    private int run(Console console, Path file, boolean stays) throws InterruptedException {
        boolean isGood = new Demo(console, file, seconds, isBeansOnly).run();
        DemoReport.nextSteps(console, stays ? file : null);
        return isGood ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static void delete(Path directory) {
        try (var paths = Files.list(directory)) {
            for (Path path : List.copyOf(paths.toList())) {
                Files.deleteIfExists(path);
            }
            Files.deleteIfExists(directory);
        } catch (IOException _) {
            // What cannot be deleted stays in the temporary directory, which the system empties.
        }
    }
}
