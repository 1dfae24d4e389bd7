package dev.coppice.fuzz.crash;

import dev.coppice.engine.Engine;
import dev.coppice.engine.Families;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.check.CheckReport;
import dev.coppice.engine.check.IntegrityCheck;
import dev.coppice.engine.check.Progress;
import dev.coppice.engine.commit.ImageExtent;
import dev.coppice.engine.page.PageMap;
import dev.coppice.testkit.model.Contents;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Compares a store with its model, entry by entry and page by page. Stateless. */
final class Audit {
    private Audit() {}

    /**
     * Compares everything. Requires: no transaction is open.
     *
     * @throws AssertionError where something differs
     */
    static void check(Engine engine, Contents expected) {
        try (Inspection inspection = engine.inspect(0)) {
            checkContents(inspection.view(), expected);
            ImageExtent image = inspection.known().image();
            PageMap pages =
                    new PageMap(engine.pageSize(), inspection.view().pages().chunks(), null);
            CheckReport report =
                    new IntegrityCheck(
                                    pages,
                                    engine.pageSize(),
                                    inspection.sealedUpTo(),
                                    Progress.NONE)
                            .check(
                                    inspection.view().root(),
                                    new IntegrityCheck.Space(
                                            inspection.header(),
                                            image.firstPage() == 0 ? List.of() : List.of(image),
                                            inspection.free(),
                                            inspection.pending()));
            if (!report.isClean()) {
                throw new AssertionError("integrity check: " + report.problems());
            }
        }
        checkNamed(engine, expected);
    }

    /** Opens every named snapshot that there should be, and compares its entries. */
    private static void checkNamed(Engine engine, Contents expected) {
        expected.named()
                .forEach((name, contents) -> {
                    ReadView view = open(engine, name);
                    try {
                        checkTrees(view, contents);
                    } finally {
                        engine.release(view);
                    }
                });
    }

    /** {@return a view of a named snapshot, to be released} */
    static ReadView open(Engine engine, String name) {
        ReadView view = engine.viewOf(engine.claimSlot());
        if (!engine.pinNamed(view, name, 0)) {
            engine.release(view);
            throw new AssertionError("the named snapshot '" + name + "' is missing");
        }
        return view;
    }

    /** Compares the entries of all families, and how many names there are. */
    static void checkContents(ReadView view, Contents expected) {
        checkTrees(view, expected);
        if (view.root().names() != expected.named().size()) {
            throw new AssertionError(
                    "named snapshots: expected="
                            + expected.named().size()
                            + ", found="
                            + view.root().names());
        }
    }

    /** Compares the entries of all families. */
    static void checkTrees(ReadView view, Contents expected) {
        int names = 0;
        for (String name : expected.families()) {
            names++;
            TreeRoot root =
                    name.equals(Contents.DEFAULT)
                            ? view.root().defaultFamily()
                            : view.family(Families.key(name));
            if (root == null) {
                throw new AssertionError("column family '" + name + "' is missing");
            }
            checkFamily(view.pages(), root, name, expected);
            checkExpiry(view.pages(), root, name, expected);
        }
        long families = view.root().catalogue().count() - view.root().names();
        if (families != names - 1) {
            throw new AssertionError(
                    "column families: expected=" + (names - 1) + ", found=" + families);
        }
    }

    private static void checkFamily(PageMap pages, TreeRoot root, String name, Contents contents) {
        Map<byte[], byte[]> expected = contents.entries(name);
        if (root.count() != expected.size()) {
            throw new AssertionError(
                    "family " + name + ": expected=" + expected.size() + ", count=" + root.count());
        }
        TreeCursor cursor = new TreeCursor(pages, root);
        boolean isThere = cursor.first();
        for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
            if (!isThere || !Arrays.equals(cursor.key(), entry.getKey())) {
                throw new AssertionError(
                        "family "
                                + name
                                + ": expected key "
                                + text(entry.getKey())
                                + ", found "
                                + (isThere ? text(cursor.key()) : "the end"));
            }
            if (!Arrays.equals(cursor.value(), entry.getValue())) {
                throw new AssertionError(
                        "family "
                                + name
                                + ", key "
                                + text(entry.getKey())
                                + ": expected "
                                + text(entry.getValue())
                                + ", found "
                                + text(cursor.value()));
            }
            long deadline = contents.deadline(name, entry.getKey());
            if (cursor.deadline() != deadline) {
                throw new AssertionError(
                        "family "
                                + name
                                + ", key "
                                + text(entry.getKey())
                                + ": expected deadline "
                                + deadline
                                + ", found "
                                + cursor.deadline());
            }
            isThere = cursor.next();
        }
        if (isThere) {
            throw new AssertionError("family " + name + ": one more key " + text(cursor.key()));
        }
    }

    /** Compares what is there at the very deadline of some entry, if any has one. */
    private static void checkExpiry(PageMap pages, TreeRoot root, String name, Contents expected) {
        if (root.ttlMillis() != expected.ttl(name)) {
            throw new AssertionError(
                    "family "
                            + name
                            + ": expected time to live "
                            + expected.ttl(name)
                            + ", found "
                            + root.ttlMillis());
        }
        List<byte[]> mortal = expected.expired(name, Long.MAX_VALUE);
        if (mortal.isEmpty()) {
            return;
        }
        long now = expected.deadline(name, mortal.get(mortal.size() / 2));
        int live = expected.live(name, now).size();
        int shown = 0;
        TreeCursor cursor = new TreeCursor(pages, root, () -> now);
        for (boolean isThere = cursor.first(); isThere; isThere = cursor.next()) {
            shown++;
        }
        long expired = ExpiryScan.count(pages, root, null, null, now);
        if (shown != live || expired != expected.expired(name, now).size()) {
            throw new AssertionError(
                    "family "
                            + name
                            + ": "
                            + live
                            + " live, but shown="
                            + shown
                            + ", expired="
                            + expired);
        }
    }

    private static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, 24); i++) {
            text.append(bytes[i] >= ' ' && bytes[i] < 127 ? (char) bytes[i] : '?');
        }
        return text + " (" + bytes.length + " bytes)";
    }
}
