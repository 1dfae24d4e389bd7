package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures of a store for the user. Immutable. */
public record StoreFigures(
        Path path,
        long liveFileBytes,
        StoreStats stats,
        long commitMillis,
        Map<String, Long> families) {
    private static final int COUNTER_BITS = 48;
    private static final long SMALL_FILE_BYTES = 16 << 20;

    /** {@return the figures of an open store} */
    public static StoreFigures of(Store store, Path path) {
        Map<String, Long> families = new LinkedHashMap<>();
        try (Snapshot snapshot = store.snapshot()) {
            for (ColumnFamily family : snapshot.families()) {
                families.put(family.name(), snapshot.count(family));
            }
            return new StoreFigures(
                    path, liveBytes(path), store.stats(), snapshot.commitMillis(), families);
        }
    }

    private static long liveBytes(Path path) {
        try {
            return Files.size(path.resolveSibling(path.getFileName() + "-live"));
        } catch (IOException _) {
            return 0;
        }
    }

    /** {@return the figures for a person} */
    public String toText() {
        List<String> lines = new ArrayList<>();
        long pages = stats.fileBytes() / stats.pageBytes();
        long freePages = stats.freeBytes() / stats.pageBytes();
        long pendingPages = stats.pendingBytes() / stats.pageBytes();
        lines.add("store        " + path);
        lines.add(
                format(
                        ROOT,
                        "file         %s, and %s in %s-live",
                        Numbers.bytes(stats.fileBytes()),
                        Numbers.bytes(liveFileBytes),
                        path.getFileName()));
        lines.add(
                format(
                        ROOT,
                        "pages        %,d of %,d bytes: %,d used, %,d free, %,d pending",
                        pages,
                        stats.pageBytes(),
                        pages - freePages - pendingPages,
                        freePages,
                        pendingPages));
        lines.add(
                "commits      newest "
                        + txn(stats.latestTxn())
                        + ", durable "
                        + txn(stats.durableTxn())
                        + " (tip), last checkpoint "
                        + txn(stats.checkpointTxn())
                        + " (base)");
        lines.add("newest from  " + Instant.ofEpochMilli(commitMillis));
        families.forEach((name, entries) ->
                lines.add(format(ROOT, "family       %s: %,d entries", name, entries)));
        advice().forEach(line -> lines.add("advice       " + line));
        return String.join("\n", lines);
    }

    /** {@return epoch and number of a transaction id} */
    private static String txn(long id) {
        return (id >>> COUNTER_BITS) + "." + (id & ((1L << COUNTER_BITS) - 1));
    }

    private List<String> advice() {
        List<String> advice = new ArrayList<>();
        if (stats.latestTxn() != stats.checkpointTxn()) {
            advice.add(
                    "the newest commits are not checkpointed: keep "
                            + path.getFileName()
                            + "-live with the file; opening the store for writing and closing it"
                            + " makes them durable");
        }
        if (stats.fileBytes() > SMALL_FILE_BYTES) {
            if (stats.freeBytes() > stats.fileBytes() / 2) {
                advice.add(
                        "more than half of the file is free: new entries use that; scan piped into"
                                + " load makes a smaller copy");
            }
            if (stats.pendingBytes() > stats.fileBytes() / 4) {
                advice.add(
                        "much of the file is pending: superseded pages that the last checkpoint"
                                + " needs; the next one frees them");
            }
        }
        return advice;
    }

    /** {@return the figures as a JSON object} */
    public String toJson() {
        String counts =
                families.entrySet().stream()
                        .map(f -> quoted(f.getKey()) + ": " + f.getValue())
                        .collect(Collectors.joining(", ", "{", "}"));
        String advised =
                advice().stream()
                        .map(StoreFigures::quoted)
                        .collect(Collectors.joining(", ", "[", "]"));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", quoted(path.toString()));
        fields.put("fileBytes", stats.fileBytes());
        fields.put("liveFileBytes", liveFileBytes);
        fields.put("pageBytes", stats.pageBytes());
        fields.put("pages", stats.fileBytes() / stats.pageBytes());
        fields.put("freePages", stats.freeBytes() / stats.pageBytes());
        fields.put("pendingPages", stats.pendingBytes() / stats.pageBytes());
        fields.put("logBytes", stats.logBytes());
        fields.put("latestTxn", stats.latestTxn());
        fields.put("durableTxn", stats.durableTxn());
        fields.put("checkpointTxn", stats.checkpointTxn());
        fields.put("commitMillis", commitMillis);
        fields.put("families", counts);
        fields.put("advice", advised);
        return fields.entrySet().stream()
                .map(f -> quoted(f.getKey()) + ": " + f.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(format(ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
