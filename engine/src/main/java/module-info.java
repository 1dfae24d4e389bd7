/**
 * The engine of Coppice: pages, trees, commits, storage. Programs use module {@code dev.coppice};
 * exported to them are its errors and the storage interface, for those who simulate disks.
 */
@SuppressWarnings("module") // Built after this one, dev.coppice is not to be found from here.
module dev.coppice.engine {
    requires static org.jspecify;

    exports dev.coppice.error;
    exports dev.coppice.storage;
    exports dev.coppice.engine to
            dev.coppice;
    exports dev.coppice.engine.btree to
            dev.coppice;
    exports dev.coppice.engine.check to
            dev.coppice;
    exports dev.coppice.engine.commit to
            dev.coppice;
    exports dev.coppice.engine.page to
            dev.coppice;
    exports dev.coppice.engine.space to
            dev.coppice;
}
