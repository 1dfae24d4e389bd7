package dev.coppice.perf.figures;

/** What {@code perf/run quick} measures, in the order of its rounds. */
enum Workload {
    LOAD_RANDOM("load, random order, one transaction", false),
    GET("get, random, one snapshot", true),
    GET_OPENING("get, a new snapshot each (txnRead)", true),
    GET_RENEWING("get, a fresh snapshot each (renew)", true),
    SCAN("scan forward, key and value copied", true),
    STEP("scan forward, steps only", true),
    COMMIT_RANDOM("put + commit NORMAL, random", true),
    COMMIT_HUNDREDS("put, 100 per commit NORMAL, random", true),
    COMMIT_DURABLY("put + commit FULL, random", true),
    LOAD_ASCENDING("load, ascending, append", false),
    COMMIT_ASCENDING("put + commit NORMAL, ascending", true);

    private final String title;
    private final boolean usesStoreBefore;

    Workload(String title, boolean usesStoreBefore) {
        this.title = title;
        this.usesStoreBefore = usesStoreBefore;
    }

    String title() {
        return title;
    }

    /** {@return whether it works on the store that the last load made} */
    boolean usesStoreBefore() {
        return usesStoreBefore;
    }

    boolean isDurable() {
        return this == COMMIT_DURABLY;
    }
}
