package dev.coppice.engine.commit;

import dev.coppice.engine.btree.TreeCursor;
import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.TaggedFields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A named snapshot: a root that stays until its name is dropped, as the catalogue records it;
 * docs/file-format.md#catalogue.
 *
 * @param root the root, with the names that it listed itself, which keep nothing
 * @param retainedMillis wall clock when it got its name
 * @param entries in all column families
 */
public record NamedRoot(String name, StoreRoot root, long retainedMillis, long entries) {
    private static final byte KIND = 'N';
    private static final int TAG_ROOT = 1;
    private static final int TAG_RETAINED = 2;
    private static final int TAG_ENTRIES = 3;
    private static final int HEADER_BYTES = TaggedFields.HEADER_BYTES;
    private static final int RETAINED_AT = HEADER_BYTES + StoreRoot.BYTES;
    private static final int ENTRIES_AT = RETAINED_AT + HEADER_BYTES + Long.BYTES;
    private static final int RECORD_BYTES = ENTRIES_AT + HEADER_BYTES + Long.BYTES;
    private static final TaggedFields FIELDS = new TaggedFields("record of a named snapshot");

    /**
     * Where a root is written and read. Of the kind that pages have, since confined segments and
     * those on the heap would slow down what reads them; guarded by FIELDS.
     */
    private static final MemorySegment SCRATCH = Arena.global().allocate(RECORD_BYTES);

    /** {@return the key of a name's record in the catalogue} */
    public static byte[] key(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + utf8.length];
        key[0] = KIND;
        System.arraycopy(utf8, 0, key, 1, utf8.length);
        return key;
    }

    /** {@return whether a key of the catalogue is that of a name} */
    public static boolean isKey(byte[] catalogueKey) {
        return catalogueKey[0] == KIND;
    }

    /** {@return the record that the catalogue has} */
    public byte[] toRecord() {
        byte[] record = new byte[RECORD_BYTES];
        synchronized (FIELDS) {
            MemorySegment s = SCRATCH;
            root.write(s, TaggedFields.put(s, 0, TAG_ROOT, StoreRoot.BYTES));
            s.set(
                    Bytes.U64,
                    TaggedFields.put(s, RETAINED_AT, TAG_RETAINED, Long.BYTES),
                    retainedMillis);
            s.set(Bytes.U64, TaggedFields.put(s, ENTRIES_AT, TAG_ENTRIES, Long.BYTES), entries);
            MemorySegment.copy(s, Bytes.U8, 0, record, 0, RECORD_BYTES);
        }
        return record;
    }

    /** {@return what a record of the catalogue says} */
    public static NamedRoot of(byte[] key, byte[] record) {
        int rootAt = FIELDS.require(record, TAG_ROOT, StoreRoot.BYTES);
        int retainedAt = FIELDS.require(record, TAG_RETAINED, Long.BYTES);
        int entriesAt = FIELDS.require(record, TAG_ENTRIES, Long.BYTES);
        StoreRoot root = new StoreRoot();
        synchronized (FIELDS) {
            MemorySegment.copy(record, rootAt, SCRATCH, Bytes.U8, 0, StoreRoot.BYTES);
            root.read(SCRATCH, 0);
        }
        String name = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
        long retainedMillis = Bytes.u64(record, retainedAt);
        return new NamedRoot(name, root, retainedMillis, Bytes.u64(record, entriesAt));
    }

    /** {@return the root of a name that a root lists, or null where it lists none of that name} */
    public static NamedRoot find(PageMap pages, StoreRoot in, String name) {
        if (in.names() == 0) {
            return null;
        }
        byte[] key = key(name);
        long found = TreeReader.find(pages, in.catalogue(), key, key.length);
        return found == TreeReader.ABSENT ? null : of(key, TreeReader.value(pages, found));
    }

    /** {@return what a root lists, in the order of the names' bytes} */
    public static List<NamedRoot> all(PageMap pages, StoreRoot in) {
        List<NamedRoot> all = new ArrayList<>();
        if (in.names() > 0) {
            TreeCursor cursor = new TreeCursor(pages, in.catalogue());
            byte[] from = {KIND};
            boolean isThere = cursor.seek(from, from.length);
            while (isThere && isKey(cursor.key())) {
                all.add(of(cursor.key(), cursor.value()));
                isThere = cursor.next();
            }
        }
        return all;
    }

    /** {@return the ids of the roots that a root lists, each once, ascending} */
    static long[] ids(PageMap pages, StoreRoot in) {
        List<NamedRoot> all = all(pages, in);
        long[] ids = new long[all.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = all.get(i).root().txn();
        }
        return Arrays.stream(ids).sorted().distinct().toArray();
    }
}
