package dev.coppice.perf.compare.store;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The stores, in the order of the tables. Thread safety: immutable. */
public enum Peer {
    COPPICE(
            "Coppice",
            "StoreConfig.defaults(): checkpoints every 64 MiB or 5 s, every page checked on first"
                    + " use. NORMAL survives a killed process.",
            "SyncLevel.FULL"),
    LMDBJAVA(
            "lmdbjava",
            "Agrona buffers, NOSYNC and WRITEMAP, integer keys with INTEGERKEY, lmdbjava's and"
                    + " Agrona's checks off. Survives a killed process.",
            "no flag, its faster durable mode"),
    ROCKSDB(
            "RocksDB",
            "WAL without sync, 128 MB memtable, 1 GB block cache, bloom filter of 10 bits, no"
                    + " compression; a transaction is a WriteBatch. Survives a killed process.",
            "WriteOptions.sync"),
    MVSTORE(
            "H2 MVStore",
            "512 MB page cache, 64 MB write buffer, autocommit off, no compression; gets read"
                    + " the live map.",
            "commit and sync"),
    XODUS("Xodus", "1 GB log cache, without duplicates, with prefixing.", "durable log writes"),
    SQLITE(
            "SQLite",
            "WAL, synchronous NORMAL, 512 MB cache, mmap, WITHOUT ROWID for short values,"
                    + " prepared statements. Survives a killed process.",
            "synchronous FULL"),
    MAPDB(
            "MapDB",
            "B-tree in a mapped file without transactions: a killed process leaves it unusable.",
            "with transactions"),
    CHRONICLE(
            "Chronicle Map",
            "Hash table in a mapped file, entries and sizes known in advance; no order, no"
                    + " transactions, no durable commit.",
            "none");

    private static final Pattern VERSION = Pattern.compile("-(\\d[\\w.-]*)\\.jar$");

    private final String title;
    private final String settings;
    private final String durableSettings;

    Peer(String title, String settings, String durableSettings) {
        this.title = title;
        this.settings = settings;
        this.durableSettings = durableSettings;
    }

    public String title() {
        return title;
    }

    /** {@return how it is used, and what changes where a commit is durable} */
    public String settings() {
        return settings + " Durable: " + durableSettings + ".";
    }

    /** {@return whether it keeps entries in order} */
    public boolean isOrdered() {
        return this != CHRONICLE;
    }

    /** {@return whether it can wait for the medium} */
    public boolean hasDurableCommits() {
        return this != CHRONICLE;
    }

    /** {@return the version that the name of its jar tells} */
    public String version() {
        try {
            var source = library().getProtectionDomain().getCodeSource().getLocation();
            Matcher matcher = VERSION.matcher(Path.of(source.toURI()).getFileName().toString());
            return matcher.find() ? matcher.group(1) : "unknown";
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Class<?> library() {
        return switch (this) {
            case COPPICE -> dev.coppice.Store.class;
            case LMDBJAVA -> org.lmdbjava.Env.class;
            case ROCKSDB -> org.rocksdb.RocksDB.class;
            case MVSTORE -> org.h2.mvstore.MVStore.class;
            case XODUS -> jetbrains.exodus.env.Environments.class;
            case SQLITE -> org.sqlite.JDBC.class;
            case MAPDB -> org.mapdb.DBMaker.class;
            case CHRONICLE -> net.openhft.chronicle.map.ChronicleMap.class;
        };
    }

    /** Opens a store, creating it where it is missing. */
    public Subject open(Opening opening) {
        return switch (this) {
            case COPPICE -> new CoppiceStore(opening);
            case LMDBJAVA -> new LmdbStore(opening);
            case ROCKSDB -> new RocksStore(opening);
            case MVSTORE -> new MvStore(opening);
            case XODUS -> new XodusStore(opening);
            case SQLITE -> new SqliteStore(opening);
            case MAPDB -> new MapDbStore(opening);
            case CHRONICLE -> new ChronicleStore(opening);
        };
    }
}
