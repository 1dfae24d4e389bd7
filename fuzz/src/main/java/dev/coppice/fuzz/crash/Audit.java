package dev.coppice.fuzz.crash;

import dev.coppice.engine.Engine;
import dev.coppice.engine.Families;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
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
    }

    /** Compares the entries of all families. */
    static void checkContents(ReadView view, Contents expected) {
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
            checkFamily(view.pages(), root, name, expected.entries(name));
        }
        if (view.root().catalogue().count() != names - 1) {
            throw new AssertionError(
                    "column families: expected="
                            + (names - 1)
                            + ", found="
                            + view.root().catalogue().count());
        }
    }

    private static void checkFamily(
            PageMap pages, TreeRoot root, String name, Map<byte[], byte[]> expected) {
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
            isThere = cursor.next();
        }
        if (isThere) {
            throw new AssertionError("family " + name + ": one more key " + text(cursor.key()));
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
