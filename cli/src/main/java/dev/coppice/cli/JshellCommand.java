package dev.coppice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Starts the JDK's shell with Coppice in it. */
@Command(
        name = "jshell",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the JDK's jshell with dev.coppice imported, and a store opened.",
            "The store is called \"store\", created where missing, and closed at /exit. What follows -- goes to jshell."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice jshell prices.coppice",
            "  coppice jshell prices.coppice --read-only -- --feedback concise",
            "  echo 'try (var s = store.snapshot()) { IO.println(s.count()); }' | coppice jshell"
                    + " prices.coppice -- -s -"
        })
final class JshellCommand implements Callable<Integer> {
    private static final List<String> IMPORTS =
            List.of(
                    "import dev.coppice.*;",
                    "import dev.coppice.error.*;",
                    "import java.nio.file.Path;",
                    "import static java.nio.charset.StandardCharsets.UTF_8;");

    /** As the JDK's own, but that a new user is not told of a directory for preferences. */
    private static final List<String> LOGGING =
            List.of(
                    "handlers=java.util.logging.ConsoleHandler",
                    ".level=INFO",
                    "java.util.prefs.level=WARNING");

    @ParentCommand private Main main;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "the store")
    private Path file;

    @Parameters(index = "1..*", hidden = true, arity = "0..*")
    private List<String> options = new ArrayList<>();

    @Option(names = "--read-only", description = "open the store for reading only")
    private boolean isReadOnly;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path jshell = Path.of(System.getProperty("java.home"), "bin", "jshell");
        if (!Files.isExecutable(jshell)) {
            throw new UsageException("there is no " + jshell + ": install a JDK, not only a JRE");
        }
        requireStore();
        Path startup = Files.createTempFile("coppice", ".jsh");
        Path logging = Files.createTempFile("coppice", ".properties");
        try {
            Files.write(startup, script());
            Files.write(logging, LOGGING);
            List<String> command = new ArrayList<>();
            command.addAll(List.of(jshell.toString(), "--execution", "local", "--class-path"));
            command.add(System.getProperty("java.class.path"));
            command.add("-J-Djava.util.logging.config.file=" + logging);
            command.addAll(List.of("--startup", "DEFAULT", "--startup", startup.toString()));
            command.addAll(options);
            main.console().out().flush();
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } finally {
            Files.deleteIfExists(startup);
            Files.deleteIfExists(logging);
        }
    }

    /** Opens the store once: the shell would go on without it, and end as if all were well. */
    private void requireStore() {
        if (file != null) {
            StoreFile store = new StoreFile(file);
            (isReadOnly ? store.openToRead() : store.openOrCreate()).close();
        }
    }

    /** {@return what the shell begins with} */
    List<String> script() {
        List<String> lines = new ArrayList<>(IMPORTS);
        if (file != null) {
            String path = file.toAbsolutePath().toString();
            lines.add(
                    "var store = Store.open(Path.of(\""
                            + path.replace("\\", "\\\\").replace("\"", "\\\"")
                            + "\")"
                            + (isReadOnly
                                    ? ", StoreConfig.defaults().withReadOnly(true).withCreateIfMissing(false)"
                                    : "")
                            + ");");
            lines.add("Runtime.getRuntime().addShutdownHook(new Thread(store::close));");
        }
        return lines;
    }
}
