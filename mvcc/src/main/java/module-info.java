/** Coppice, an embedded ordered key-value store. The entry point is {@link dev.coppice.Store}. */
module dev.coppice {
    requires transitive dev.coppice.engine;
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.coppice;
}
