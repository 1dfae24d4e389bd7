package dev.coppice.engine;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.btree.TreeWriter;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.FamilyRecord;
import dev.coppice.engine.page.PageMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The column families that one write transaction has touched: their trees as it changes them, and
 * their records in the catalogue.
 *
 * <p>Thread safety: one writer.
 */
public final class Families {
    private static final byte KIND = 'F';

    /*
     * A family that was opened stays open in the transactions behind: as long as the catalogue is
     * the one that the last of them committed, every record here is the one in it. So a stream of
     * small transactions neither looks families up again nor allocates anything for them.
     */
    private static final int MAX_OPEN = 1 << 12;

    private final TreeWriter trees;
    private final Map<String, Open> open = new HashMap<>();
    private final List<Open> used = new ArrayList<>();

    /** The catalogue that {@link #open} is in step with. */
    private final TreeRoot known = new TreeRoot(StoreRoot.CATALOGUE_FAMILY);

    /** The tree of a family and its record as the catalogue has it. */
    private static final class Open {
        private final byte[] key;
        private byte[] record;
        private final TreeRoot root;
        private boolean isUsed;

        Open(byte[] key, byte[] record) {
            this.key = key;
            this.record = record;
            this.root = Families.root(record);
        }

        boolean isChanged() {
            return root.word() != FamilyRecord.rootWord(record)
                    || root.birth() != FamilyRecord.rootBirth(record)
                    || root.count() != FamilyRecord.entryCount(record)
                    || root.ttlMillis() != FamilyRecord.ttlMillis(record);
        }
    }

    Families(TreeWriter trees) {
        this.trees = trees;
    }

    /** {@return the key of a family's record in the catalogue} */
    public static byte[] key(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + utf8.length];
        key[0] = KIND;
        System.arraycopy(utf8, 0, key, 1, utf8.length);
        return key;
    }

    /** {@return the name in a key of the catalogue, or null where it is not that of a family} */
    public static String name(byte[] catalogueKey) {
        if (catalogueKey[0] != KIND) {
            return null;
        }
        return new String(catalogueKey, 1, catalogueKey.length - 1, StandardCharsets.UTF_8);
    }

    /** {@return the tree that a family's record names} */
    public static TreeRoot root(byte[] record) {
        TreeRoot root =
                new TreeRoot(
                        FamilyRecord.familyId(record),
                        FamilyRecord.rootWord(record),
                        FamilyRecord.rootBirth(record),
                        FamilyRecord.entryCount(record));
        root.ttlMillis(FamilyRecord.ttlMillis(record));
        return root;
    }

    /** Starts a transaction on a catalogue. */
    void begin(TreeRoot catalogue) {
        boolean isKnown =
                known.word() == catalogue.word()
                        && known.birth() == catalogue.birth()
                        && known.count() == catalogue.count();
        if (!isKnown || open.size() > MAX_OPEN) {
            clear();
        }
    }

    /** Ends a transaction that committed this catalogue. */
    void committed(TreeRoot catalogue) {
        known.copyFrom(catalogue);
        for (int i = 0; i < used.size(); i++) {
            used.get(i).isUsed = false;
        }
        used.clear();
    }

    /** {@return the tree of a family, or null where there is none of that name} */
    TreeRoot find(PageMap pages, StoreRoot work, String name) {
        Open family = open.get(name);
        if (family == null) {
            byte[] key = key(name);
            long found = TreeReader.find(pages, work.catalogue(), key, key.length);
            if (found == TreeReader.ABSENT) {
                return null;
            }
            family = new Open(key, TreeReader.value(pages, found));
            open.put(name, family);
        }
        return use(family).root;
    }

    private Open use(Open family) {
        if (!family.isUsed) {
            family.isUsed = true;
            used.add(family);
        }
        return family;
    }

    /** Creates a family that does not exist. */
    TreeRoot create(StoreRoot work, String name) {
        byte[] key = key(name);
        byte[] record = FamilyRecord.create(work.takeFamilyId());
        trees.put(work.catalogue(), key, key.length, record, 0, record.length);
        Open family = new Open(key, record);
        open.put(name, family);
        return use(family).root;
    }

    /** Removes a family and all its entries; returns whether it existed. */
    boolean drop(PageMap pages, StoreRoot work, String name) {
        TreeRoot root = find(pages, work, name);
        if (root == null) {
            return false;
        }
        trees.clear(root);
        byte[] key = key(name);
        trees.delete(work.catalogue(), key, key.length);
        used.remove(open.remove(name));
        return true;
    }

    /** Writes the records of changed families to the catalogue. */
    void flush(StoreRoot work) {
        for (int i = 0; i < used.size(); i++) {
            Open family = used.get(i);
            if (family.isChanged()) {
                TreeRoot root = family.root;
                if (root.ttlMillis() != FamilyRecord.ttlMillis(family.record)) {
                    family.record = FamilyRecord.withTtl(family.record, root.ttlMillis());
                }
                byte[] record = family.record;
                FamilyRecord.putRoot(record, root.word(), root.birth(), root.count());
                byte[] key = family.key;
                trees.put(work.catalogue(), key, key.length, record, 0, record.length);
            }
        }
    }

    /** {@return entries in all families of a root whose records are written} */
    long entries(PageMap pages, StoreRoot root) {
        long sum = root.defaultFamily().count();
        TreeCursor cursor = new TreeCursor(pages, root.catalogue());
        while (cursor.next() && name(cursor.key()) != null) {
            sum += FamilyRecord.entryCount(cursor.value());
        }
        return sum;
    }

    /** Forgets everything; trees handed out are not valid any more. */
    void clear() {
        open.clear();
        used.clear();
    }
}
