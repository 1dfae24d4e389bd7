package dev.coppice.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running {@code demo-writer}, whose lines go into a ledger. It never outlives this process: its
 * input ends with it.
 *
 * <p>Thread safety: one thread.
 */
final class WriterProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private final Process process;
    private final Ledger ledger;
    private final Thread reader;
    private final Thread hook;

    /** Starts one. */
    WriterProcess(Path store, boolean isBeansOnly, Ledger ledger) {
        this.ledger = ledger;
        ledger.startWriter();
        ProcessBuilder builder =
                new ProcessBuilder(command(store, isBeansOnly))
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a writer process", e);
        }
        hook = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(hook);
        reader = Thread.ofPlatform().daemon().name("acknowledgements").start(this::read);
    }

    private static List<String> command(Path store, boolean isBeansOnly) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.coppice.cli.Main", "demo-writer", store.toString()));
        if (isBeansOnly) {
            command.add("--beans");
        }
        return command;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ledger.take(line);
            }
        } catch (IOException e) {
            ledger.problem("the pipe from the writer failed: " + e.getMessage());
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Kills it where it stands, and waits until everything it said is in the ledger. */
    void kill() throws InterruptedException {
        // Process.destroyForcibly would also close the pipe, and with it drop acknowledgements.
        process.toHandle().destroyForcibly();
        await();
    }

    /** Asks it to end in order, and waits until it did. */
    void stop() throws InterruptedException {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            ledger.problem("the writer was gone before its end: " + e.getMessage());
        }
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            ledger.problem("the writer did not end within " + STOP_SECONDS + " s");
            process.destroyForcibly();
        }
        await();
    }

    private void await() throws InterruptedException {
        process.waitFor();
        reader.join();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
