package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.figures.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Where figures come from: machine, versions, commit. Stateless. */
final class Machine {
    private Machine() {}

    static Map<String, String> describe() throws IOException {
        Map<String, String> lines = new TreeMap<>();
        lines.put("processor", processor());
        lines.put("memory", memory());
        lines.put("system", property("os.name") + " " + property("os.version"));
        lines.put("file system", fileSystem());
        lines.put("java", property("java.vm.name") + " " + property("java.vm.version"));
        lines.put("commit", output("git", "rev-parse", "--short=12", "HEAD") + changes());
        lines.put("load at start", load());
        for (Peer peer : Peer.values()) {
            lines.put("version of " + peer.title(), peer.version());
        }
        return lines;
    }

    private static String property(String name) {
        return System.getProperty(name);
    }

    private static String processor() throws IOException {
        int count = Runtime.getRuntime().availableProcessors();
        String name = lineOf(Path.of("/proc/cpuinfo"), "model name");
        return (name.isEmpty() ? property("os.arch") : name) + ", " + count + " in use";
    }

    private static String memory() throws IOException {
        return lineOf(Path.of("/proc/meminfo"), "MemTotal");
    }

    private static String lineOf(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "";
    }

    private static String fileSystem() throws IOException {
        Path folder = Files.createDirectories(Installation.folder("results"));
        FileStore store = Files.getFileStore(folder);
        return store.type();
    }

    private static String changes() throws IOException {
        return output("git", "status", "--porcelain", "--untracked-files=no").isEmpty()
                ? ""
                : " and uncommitted changes";
    }

    private static String load() {
        double average =
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage();
        return String.format(Locale.ROOT, "%.2f", average);
    }

    private static String output(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .directory(Installation.home().toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
