package dev.coppice.engine.commit;

import dev.coppice.engine.btree.TreeReader;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.TaggedFields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a store is a copy of, as its catalogue records it; docs/file-format.md#catalogue.
 *
 * @param storeHigh first half of the id of the store that was copied
 * @param storeLow second half of it
 * @param txn id of the root that was copied
 * @param ownTxn id of the transaction of the copy that wrote this; behind it the copy is one no
 *     more
 */
public record Origin(long storeHigh, long storeLow, long txn, long ownTxn) {
    private static final byte[] KEY = {'O'};
    private static final int TAG_STORE_ID = 1;
    private static final int TAG_TXN = 2;
    private static final int TAG_OWN_TXN = 3;
    private static final int HEADER_BYTES = TaggedFields.HEADER_BYTES;
    private static final int TXN_AT = HEADER_BYTES + 2 * Long.BYTES;
    private static final int OWN_TXN_AT = TXN_AT + HEADER_BYTES + Long.BYTES;
    private static final int RECORD_BYTES = OWN_TXN_AT + HEADER_BYTES + Long.BYTES;
    private static final TaggedFields FIELDS = new TaggedFields("record of a copy's origin");

    /** {@return the key of the record in the catalogue} */
    public static byte[] key() {
        return KEY.clone();
    }

    /** {@return whether a key of the catalogue is that of the record} */
    public static boolean isKey(byte[] catalogueKey) {
        return catalogueKey[0] == KEY[0];
    }

    /** {@return the record that the catalogue has} */
    public byte[] toRecord() {
        MemorySegment s = Arena.ofAuto().allocate(RECORD_BYTES);
        long at = TaggedFields.put(s, 0, TAG_STORE_ID, 2 * Long.BYTES);
        s.set(Bytes.U64, at, storeHigh);
        s.set(Bytes.U64, at + Long.BYTES, storeLow);
        s.set(Bytes.U64, TaggedFields.put(s, TXN_AT, TAG_TXN, Long.BYTES), txn);
        s.set(Bytes.U64, TaggedFields.put(s, OWN_TXN_AT, TAG_OWN_TXN, Long.BYTES), ownTxn);
        byte[] record = new byte[RECORD_BYTES];
        MemorySegment.copy(s, Bytes.U8, 0, record, 0, RECORD_BYTES);
        return record;
    }

    private static Origin of(byte[] record) {
        int storeAt = FIELDS.require(record, TAG_STORE_ID, 2 * Long.BYTES);
        int txnAt = FIELDS.require(record, TAG_TXN, Long.BYTES);
        int ownTxnAt = FIELDS.require(record, TAG_OWN_TXN, Long.BYTES);
        return new Origin(
                Bytes.u64(record, storeAt),
                Bytes.u64(record, storeAt + Long.BYTES),
                Bytes.u64(record, txnAt),
                Bytes.u64(record, ownTxnAt));
    }

    /** {@return what a root is a copy of, or null: it is none, or was changed since} */
    public static Origin find(PageMap pages, StoreRoot root) {
        long found = TreeReader.find(pages, root.catalogue(), KEY, KEY.length);
        Origin origin = found == TreeReader.ABSENT ? null : of(TreeReader.value(pages, found));
        return origin == null || origin.ownTxn() != root.txn() ? null : origin;
    }
}
