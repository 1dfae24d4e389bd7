package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.commit.NamedRoot;
import java.util.List;

/** The named snapshots of a store. Thread safety: any thread. */
final class NamedSnapshots {
    private static final String KIND = "snapshot";

    private NamedSnapshots() {}

    /** {@return a name that a snapshot can have} */
    static String require(String name) {
        return Names.require(KIND, name);
    }

    static IllegalArgumentException exists(String name) {
        return new IllegalArgumentException(
                "a snapshot named '" + name + "' exists already: drop it first");
    }

    static IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("no snapshot named '" + name + "': retain one first");
    }

    /** {@return what the newest commit, which is pinned, lists; by the bytes of the names} */
    static List<NamedSnapshot> list(Engine engine, Snapshot newest) {
        // The figures are those of the last look: have one now, if nobody is writing.
        engine.reclaim();
        List<NamedRoot> all = newest.read(() -> NamedRoot.all(newest.pages(), newest.root()));
        return all.stream().map(each -> describe(engine, each)).toList();
    }

    private static NamedSnapshot describe(Engine engine, NamedRoot named) {
        long txn = named.root().txn();
        return new NamedSnapshot(
                named.name(),
                txn,
                named.root().commitMillis(),
                named.retainedMillis(),
                named.entries(),
                engine.pinnedBytes(txn));
    }
}
