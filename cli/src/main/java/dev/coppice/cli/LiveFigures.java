package dev.coppice.cli;

import static java.lang.String.format;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Locale.ROOT;

import dev.coppice.cli.text.JsonWriter;
import dev.coppice.stats.CountersFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * What a process that has a store open shows of it in its file of counters. Immutable.
 *
 * @param closedMillis when the store was closed, 0 where it was not
 * @param values by the names of the counters
 */
record LiveFigures(
        Path file,
        long processId,
        long startedMillis,
        long updatedMillis,
        long closedMillis,
        Map<String, Long> values) {
    private static final String SUFFIX = "-counters";
    private static final String JVM_OPTION =
            "--add-exports java.base/jdk.internal.misc=ALL-UNNAMED";

    /**
     * Reads a file of counters.
     *
     * @param path the file, or the store that it is named after
     */
    static LiveFigures read(Path path) {
        Path beside = path.resolveSibling(path.getFileName() + SUFFIX);
        Path file = Files.exists(beside) ? beside : path;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long bytes = channel.size();
            MappedByteBuffer map =
                    channel.map(MapMode.READ_ONLY, 0, Math.min(bytes, Integer.MAX_VALUE));
            map.order(ByteOrder.nativeOrder());
            if (bytes < CountersFile.HEADER_BYTES
                    || map.getLong(CountersFile.MAGIC_OFFSET) != CountersFile.MAGIC) {
                throw new UsageException(
                        "no counters at "
                                + beside
                                + ": the process that has the store open writes them when it is"
                                + " configured with countersFile");
            }
            return read(file, map);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e, e);
        } catch (IllegalAccessError e) {
            throw new UsageException(
                    "counters are read by a JVM that was started with " + JVM_OPTION);
        }
    }

    private static LiveFigures read(Path file, MappedByteBuffer map) {
        int metadata = map.getInt(CountersFile.METADATA_BYTES_OFFSET);
        int values = map.getInt(CountersFile.VALUES_BYTES_OFFSET);
        int room = map.capacity() - CountersFile.HEADER_BYTES;
        if (metadata < 0 || values < 0 || metadata > room - values) {
            throw new UsageException(file + " is damaged: it is too short for its counters");
        }
        CountersReader counters =
                new CountersReader(
                        new UnsafeBuffer(map, CountersFile.HEADER_BYTES, metadata),
                        new UnsafeBuffer(map, CountersFile.HEADER_BYTES + metadata, values),
                        US_ASCII);
        Map<String, Long> found = new LinkedHashMap<>();
        counters.forEach((value, _, label) -> found.put(label, value));
        return new LiveFigures(
                file,
                map.getLong(CountersFile.PROCESS_OFFSET),
                map.getLong(CountersFile.STARTED_MILLIS_OFFSET),
                map.getLong(CountersFile.UPDATED_MILLIS_OFFSET),
                map.getLong(CountersFile.CLOSED_MILLIS_OFFSET),
                found);
    }

    /** {@return the figures for a person} */
    String toText() {
        StringBuilder text = new StringBuilder();
        text.append("counters     ").append(file);
        text.append("\nprocess      ").append(processId);
        text.append(closedMillis == 0 ? "" : ", which has closed the store");
        text.append("\nas of        ").append(Instant.ofEpochMilli(updatedMillis));
        text.append(", since ").append(Instant.ofEpochMilli(startedMillis));
        values.forEach(
                (name, value) -> text.append(format(ROOT, "\n%-20s %s", name, text(name, value))));
        return text.toString();
    }

    private static String text(String name, long value) {
        if (name.startsWith("txn.")) {
            return Numbers.txn(value);
        }
        if (name.startsWith("bytes.")) {
            return Numbers.bytes(value);
        }
        boolean isTime = name.startsWith("commit.") || name.startsWith("checkpoint.");
        return isTime ? Numbers.nanos(value) : Numbers.count(value);
    }

    /** Writes the figures as fields of a JSON object. */
    void toJson(JsonWriter json) {
        json.field("file", file.toString());
        json.field("processId", processId);
        json.field("startedMillis", startedMillis);
        json.field("updatedMillis", updatedMillis);
        json.field("closedMillis", closedMillis);
        json.name("counters").object();
        values.forEach((name, value) -> json.field(name, value));
        json.endObject();
    }
}
