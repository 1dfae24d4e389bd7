package dev.coppice;

import dev.coppice.engine.Families;
import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.PageMap;
import dev.coppice.error.CorruptStoreException;
import java.util.ArrayList;
import java.util.List;

/** Names of column families in a catalogue. Stateless. */
final class FamilyNames {
    private FamilyNames() {}

    static List<ColumnFamily> list(PageMap pages, TreeRoot catalogue) {
        List<ColumnFamily> families = new ArrayList<>();
        families.add(ColumnFamily.DEFAULT);
        TreeCursor cursor = new TreeCursor(pages, catalogue);
        while (cursor.next()) {
            String name = Families.name(cursor.key());
            if (name != null) {
                families.add(family(name));
            }
        }
        return families;
    }

    /** {@return the family whose record has that key} */
    static ColumnFamily of(byte[] catalogueKey) {
        return family(Families.name(catalogueKey));
    }

    private static ColumnFamily family(String name) {
        try {
            return new ColumnFamily(name);
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(-1, "catalogue: " + e.getMessage(), e);
        }
    }

    static IllegalArgumentException missing(ColumnFamily family) {
        return new IllegalArgumentException(
                "no column family named '" + family.name() + "': create it in a transaction first");
    }
}
