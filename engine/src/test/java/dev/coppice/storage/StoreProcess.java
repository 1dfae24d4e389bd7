package dev.coppice.storage;

import dev.coppice.error.BusyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Another process that opens a store: prints "open" or who has it, then waits for a line. */
public final class StoreProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private StoreProcess(Process process) {
        this.process = process;
        this.output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static StoreProcess start(Path path) throws IOException {
        return start(path, 0);
    }

    /** Starts one that makes the file, if there is none, and lets it grow to a size. */
    static StoreProcess start(Path path, long size) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new StoreProcess(
                new ProcessBuilder(
                                java.toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                StoreProcess.class.getName(),
                                path.toString(),
                                Long.toString(size))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** {@return what it has to say about its opening} */
    String answer() throws IOException {
        return String.valueOf(output.readLine());
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path path = Path.of(arguments[0]);
        try (FileStorage storage = FileStorage.open(path, FileStorage.Options.defaults())) {
            storage.processes().admit();
            String company = storage.processes().isAlone() ? " alone" : " beside others";
            out.println("open " + storage.size() + company);
            long wanted = Long.parseLong(arguments[1]);
            if (wanted > 0) {
                if (storage.size() == 0) {
                    storage.create(Segments.filled(4096, 1));
                }
                storage.grow(wanted);
                out.println("grown " + storage.size());
            }
            int end = System.in.read();
            assert end >= -1;
        } catch (BusyException e) {
            out.println("busy: " + e.getMessage());
        }
    }
}
