package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.ColumnFamily;
import dev.coppice.OpenReader;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreStats;
import dev.coppice.cli.text.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of a store for the user. Immutable. */
public record StoreFigures(
        Path path,
        long liveFileBytes,
        StoreStats stats,
        long commitMillis,
        List<OpenReader> readers,
        Map<String, Long> families) {
    private static final long SMALL_FILE_BYTES = 16 << 20;

    /** {@return the figures of an open store} */
    public static StoreFigures of(Store store, Path path) {
        Map<String, Long> families = new LinkedHashMap<>();
        List<OpenReader> readers =
                store.openReaders().stream().filter(reader -> !reader.isParked()).toList();
        try (Snapshot snapshot = store.snapshot()) {
            for (ColumnFamily family : snapshot.families()) {
                families.put(family.name(), snapshot.count(family));
            }
            return new StoreFigures(
                    path,
                    liveBytes(path),
                    store.stats(),
                    snapshot.commitMillis(),
                    readers,
                    families);
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
                        stats.pages(),
                        stats.pageBytes(),
                        stats.pages() - stats.freePages() - stats.pendingPages(),
                        stats.freePages(),
                        stats.pendingPages()));
        lines.add(
                format(
                        ROOT,
                        "log          %,d frames; pinned by snapshots %,d pages",
                        stats.logFrames(),
                        stats.pinnedPages()));
        lines.add(
                format(
                        ROOT,
                        "readers      %,d, the oldest %,.1f s old",
                        readers.size(),
                        oldestMillis() / 1e3));
        lines.add(
                "commits      newest "
                        + Numbers.txn(stats.latestTxn())
                        + ", durable "
                        + Numbers.txn(stats.durableTxn())
                        + " (tip), last checkpoint "
                        + Numbers.txn(stats.checkpointTxn())
                        + " (base)");
        lines.add("newest from  " + Instant.ofEpochMilli(commitMillis));
        families.forEach((name, entries) ->
                lines.add(format(ROOT, "family       %s: %s", name, Numbers.entries(entries))));
        advice().forEach(line -> lines.add("advice       " + line));
        return String.join("\n", lines);
    }

    private long oldestMillis() {
        return readers.stream().mapToLong(OpenReader::ageMillis).max().orElse(0);
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
                        "more than half of the file is free: new entries use that; vacuum makes"
                                + " the file smaller");
            }
            if (stats.pendingBytes() > stats.fileBytes() / 4) {
                advice.add(
                        "much of the file is pending: superseded pages that the last checkpoint"
                                + " needs; the next one frees them");
            }
        }
        return advice;
    }

    /** Writes the figures as fields of a JSON object. */
    void toJson(JsonWriter json) {
        json.field("file", path.toString());
        json.field("fileBytes", stats.fileBytes());
        json.field("liveFileBytes", liveFileBytes);
        json.field("pageBytes", stats.pageBytes());
        json.field("pages", stats.pages());
        json.field("freePages", stats.freePages());
        json.field("pendingPages", stats.pendingPages());
        json.field("pinnedPages", stats.pinnedPages());
        json.field("logFrames", stats.logFrames());
        json.field("readers", readers.size());
        json.field("oldestReaderMillis", oldestMillis());
        json.field("logBytes", stats.logBytes());
        json.field("latestTxn", stats.latestTxn());
        json.field("durableTxn", stats.durableTxn());
        json.field("checkpointTxn", stats.checkpointTxn());
        json.field("commitMillis", commitMillis);
        json.name("families").object();
        families.forEach((name, entries) -> json.field(name, entries));
        json.endObject().name("advice").array();
        advice().forEach(json::value);
        json.endArray();
    }
}
