package dev.coppice.perf.figures;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What a file takes.
 *
 * @param length where it ends, in bytes
 * @param allocated what the file system gave it, in bytes
 */
public record DiskUse(long length, long allocated) {
    public static DiskUse of(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new DiskUse(0, 0);
        }
        force(file);
        Process du = new ProcessBuilder("du", "-k", file.toString()).start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        long kibibytes = Long.parseLong(text.substring(0, text.indexOf('\t')));
        return new DiskUse(Files.size(file), kibibytes << 10);
    }

    /** {@return what the files of a folder take together, as far as the system has written them} */
    public static DiskUse ofFolder(Path folder) throws IOException {
        Process du = new ProcessBuilder("du", "-sk", folder.toString()).start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        long kibibytes = Long.parseLong(text.substring(0, text.indexOf('\t')));
        long length = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                length += Files.size(file);
            }
        }
        return new DiskUse(length, kibibytes << 10);
    }

    /** Brings a file to the medium, so that writing it does not disturb what comes next. */
    public static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** {@return an empty folder} */
    public static Path emptied(Path folder) throws IOException {
        delete(folder);
        return Files.createDirectories(folder);
    }

    /** Deletes a folder with all that is in it. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
