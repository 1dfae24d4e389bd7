package dev.coppice.perf.compare.work;

import java.util.Locale;

/** The workloads by name. Thread safety: immutable. */
public enum Work {
    LOAD("load, one transaction", "entry"),
    GET("get, one snapshot", "get"),
    GET_REFRESHED("get, state renewed per get", "get"),
    GET_NEWEST("get, one call at the newest state", "get"),
    MULTI_GET("get 64 keys at once", "key"),
    SCAN_BYTE("scan forward, one byte read", "entry"),
    SCAN_ALL("scan forward, all bytes read", "entry"),
    REVERSE_BYTE("scan reverse, one byte read", "entry"),
    REVERSE_ALL("scan reverse, all bytes read", "entry"),
    READ_SEQ("readSeq: scan forward, copied", "entry"),
    READ_REV("readRev: scan reverse, copied", "entry"),
    READ_CRC("readCrc: scan forward, CRC32", "entry"),
    RANGE_10("range of 10 from a random key", "range"),
    RANGE_100("range of 100 from a random key", "range"),
    READERS_1("1 reader, renewed per get", "get"),
    READERS_2("2 readers, renewed per get", "get"),
    READERS_1_WRITER("1 reader beside a writer", "get"),
    READERS_2_WRITER("2 readers beside a writer", "get"),
    PUT("put, random, into an open transaction", "put"),
    COMMIT("put + commit NORMAL, random", "put"),
    COMMIT_100("put, 100 per commit NORMAL, random", "put"),
    COMMIT_ASCENDING("put + commit NORMAL, ascending", "put"),
    MIXED("mixed: 70 % get, 20 % put, 10 % delete", "operation"),
    COMMIT_DURABLE("put + commit FULL, 1 thread", "put"),
    COMMIT_DURABLE_8("put + commit FULL, 8 threads", "put"),
    RANGE_DELETE("delete a range of 1,000 + commit NORMAL", "range"),
    OPEN("open and first get", "opening"),
    CRUD("ioarena CRUD, lazy", "transaction"),
    CRUD_DURABLE("ioarena CRUD, sync", "transaction"),
    SNKV_WRITE("SNKV: write in order, 1,000 per commit", "put"),
    SNKV_READ("SNKV: get random", "get"),
    SNKV_SCAN("SNKV: scan", "entry"),
    SNKV_UPDATE("SNKV: update random, one transaction", "put"),
    SNKV_DELETE("SNKV: delete random, one transaction", "delete"),
    SNKV_EXISTS("SNKV: exists random", "lookup"),
    SNKV_MIXED("SNKV: mixed 70/20/10, one transaction", "operation"),
    SNKV_BULK("SNKV: bulk insert, one transaction", "put");

    private static final int DURABLE_LIMIT = 1000;

    private final String title;
    private final String unit;

    Work(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Work of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    public String title() {
        return title;
    }

    /** {@return what its nanoseconds are per} */
    public String unit() {
        return unit;
    }

    public boolean isDurable() {
        return switch (this) {
            case COMMIT_DURABLE, COMMIT_DURABLE_8, CRUD_DURABLE -> true;
            default -> false;
        };
    }

    /** {@return whether it needs keys in order} */
    public boolean needsOrder() {
        return switch (this) {
            case SCAN_BYTE, SCAN_ALL, REVERSE_BYTE, REVERSE_ALL, READ_SEQ, READ_REV, READ_CRC ->
                    true;
            case RANGE_10, RANGE_100, RANGE_DELETE, SNKV_SCAN -> true;
            default -> false;
        };
    }

    /** {@return whether the store is empty before it} */
    public boolean startsEmpty() {
        return this == LOAD || this == CRUD || this == CRUD_DURABLE;
    }

    /** {@return whether it is a step of a sequence that runs as a whole} */
    public boolean isStep() {
        return Suite.SNKV.groups().getFirst().contains(this);
    }

    /** {@return whether a store serves it a few passes only} */
    boolean hasEnd() {
        return this == RANGE_DELETE || this == OPEN || isDurable();
    }

    /** {@return whether it reads only, in one thread, beside which the store has nothing to do} */
    public boolean isReading() {
        return switch (this) {
            case GET, GET_REFRESHED, GET_NEWEST, MULTI_GET -> true;
            case SCAN_BYTE, SCAN_ALL, REVERSE_BYTE, REVERSE_ALL, READ_SEQ, READ_REV, READ_CRC ->
                    true;
            case RANGE_10, RANGE_100 -> true;
            default -> false;
        };
    }

    boolean isParallel() {
        return switch (this) {
            case READERS_1, READERS_2, READERS_1_WRITER, READERS_2_WRITER, COMMIT_DURABLE_8 -> true;
            default -> false;
        };
    }

    /** {@return the most operations of a pass over so many entries} */
    long limit(int entries) {
        long some = Math.max(1, entries / 4);
        return switch (this) {
            case COMMIT_DURABLE, CRUD_DURABLE -> Math.min(DURABLE_LIMIT, some);
            case COMMIT_DURABLE_8 -> Math.min(4L * DURABLE_LIMIT, some);
            case RANGE_DELETE -> Math.max(1, entries / RangeDeletes.LENGTH / 8);
            case OPEN -> 20;
            case PUT, COMMIT, COMMIT_100, COMMIT_ASCENDING, MIXED, CRUD -> some;
            case RANGE_10, RANGE_100 -> some;
            default -> entries;
        };
    }

    /** Opens the workload on a store. */
    public Workload on(Bench bench) {
        return switch (this) {
            case LOAD -> new Load(bench);
            case GET -> new Gets(bench, Gets.State.ONE_SNAPSHOT);
            case GET_REFRESHED -> new Gets(bench, Gets.State.REFRESHED);
            case GET_NEWEST -> new Gets(bench, Gets.State.NEWEST);
            case MULTI_GET -> new BatchGets(bench);
            case SCAN_BYTE -> new Scans(bench, true, Scans.Reading.ONE_BYTE);
            case SCAN_ALL -> new Scans(bench, true, Scans.Reading.ALL_BYTES);
            case REVERSE_BYTE -> new Scans(bench, false, Scans.Reading.ONE_BYTE);
            case REVERSE_ALL -> new Scans(bench, false, Scans.Reading.ALL_BYTES);
            case READ_SEQ -> new Scans(bench, true, Scans.Reading.COPY);
            case READ_REV -> new Scans(bench, false, Scans.Reading.COPY);
            case READ_CRC -> new Scans(bench, true, Scans.Reading.CHECKSUM);
            case RANGE_10 -> new Ranges(bench, 10);
            case RANGE_100 -> new Ranges(bench, 100);
            case READERS_1 -> Parallel.gets(bench, 1, false);
            case READERS_2 -> Parallel.gets(bench, 2, false);
            case READERS_1_WRITER -> Parallel.gets(bench, 1, true);
            case READERS_2_WRITER -> Parallel.gets(bench, 2, true);
            case PUT -> Puts.random(bench, Puts.NEVER, 3);
            case COMMIT, COMMIT_DURABLE -> Puts.random(bench, 1, 4);
            case COMMIT_100 -> Puts.random(bench, 100, 5);
            case COMMIT_ASCENDING -> Puts.ascending(bench, 16 * (int) limit(bench.entries()));
            case MIXED -> new Mixed(bench);
            case COMMIT_DURABLE_8 -> Parallel.puts(bench, 8);
            case RANGE_DELETE -> new RangeDeletes(bench);
            case OPEN -> new Openings(bench);
            case CRUD, CRUD_DURABLE -> new Crud(bench);
            case SNKV_WRITE,
                    SNKV_READ,
                    SNKV_SCAN,
                    SNKV_UPDATE,
                    SNKV_DELETE,
                    SNKV_EXISTS,
                    SNKV_MIXED,
                    SNKV_BULK ->
                    throw new IllegalArgumentException("a step of SNKV's sequence: " + this);
        };
    }
}
