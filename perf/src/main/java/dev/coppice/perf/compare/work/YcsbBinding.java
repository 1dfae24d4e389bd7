package dev.coppice.perf.compare.work;

import dev.coppice.perf.compare.store.Opening;
import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.compare.store.Reads;
import dev.coppice.perf.compare.store.Subject;
import dev.coppice.perf.compare.store.Walk;
import dev.coppice.perf.compare.store.Writes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.Vector;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.Status;

/**
 * YCSB's view of a store: a record is one value, its fields of equal length behind each other in
 * the order of their numbers. Properties {@code peer}, {@code folder}; keys are padded to one
 * length, so YCSB has to run with {@code zeropadding}.
 *
 * <p>Thread safety: one per client thread; they share the open store.
 */
public final class YcsbBinding extends DB {
    /** Digits that YCSB is told to pad keys to. */
    public static final int KEY_DIGITS = 20;

    private static final String PREFIX = "user";
    private static final int FIELDS = 10;
    private static final int FIELD_BYTES = 100;
    private static final int MOST_ENTRIES = 20_000_000;

    // Guarded by YcsbBinding.class
    private static Subject shared;
    private static int users;

    private final byte[] record = new byte[FIELDS * FIELD_BYTES];
    private Reads reads;
    private Writes writes;

    @Override
    public void init() {
        Subject subject = acquire();
        reads = subject.reads();
        writes = subject.writes();
    }

    private Subject acquire() {
        synchronized (YcsbBinding.class) {
            if (users++ == 0) {
                var opening =
                        new Opening(
                                Path.of(getProperties().getProperty("folder")),
                                false,
                                false,
                                PREFIX.length() + KEY_DIGITS,
                                FIELDS * FIELD_BYTES,
                                Math.min(
                                        MOST_ENTRIES,
                                        2
                                                * Integer.parseInt(
                                                        getProperties()
                                                                .getProperty("recordcount"))));
                shared = Peer.valueOf(getProperties().getProperty("peer")).open(opening);
            }
            return shared;
        }
    }

    @Override
    public void cleanup() {
        reads.close();
        writes.close();
        synchronized (YcsbBinding.class) {
            if (--users == 0) {
                shared.close();
                shared = null;
            }
        }
    }

    private static byte[] key(String key) {
        return key.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int offset(String field) {
        return Integer.parseInt(field, PREFIX_OF_FIELD, field.length(), 10) * FIELD_BYTES;
    }

    private static final int PREFIX_OF_FIELD = "field".length();

    @Override
    public Status read(
            String table, String key, Set<String> fields, Map<String, ByteIterator> result) {
        reads.refresh();
        if (reads.get(key(key), record) < 0) {
            return Status.NOT_FOUND;
        }
        copyFields(fields, result);
        return Status.OK;
    }

    private void copyFields(Set<String> fields, Map<String, ByteIterator> result) {
        for (int i = 0; i < FIELDS; i++) {
            String name = "field" + i;
            if (fields == null || fields.contains(name)) {
                byte[] value = Arrays.copyOfRange(record, i * FIELD_BYTES, (i + 1) * FIELD_BYTES);
                result.put(name, new ByteArrayByteIterator(value));
            }
        }
    }

    @Override
    @SuppressWarnings("NonApiType") // YCSB's signature
    public Status scan(
            String table,
            String startKey,
            int count,
            Set<String> fields,
            Vector<HashMap<String, ByteIterator>> result) {
        reads.refresh();
        Walk walk = reads.walk();
        walk.startAt(key(startKey));
        for (int i = 0; i < count && walk.next(); i++) {
            walk.copyValue(record);
            HashMap<String, ByteIterator> values = new HashMap<>();
            copyFields(fields, values);
            result.add(values);
        }
        return Status.OK;
    }

    @Override
    public Status update(String table, String key, Map<String, ByteIterator> values) {
        writes.begin();
        boolean isThere = writes.get(key(key), record) >= 0;
        return isThere ? store(key, values) : rolledBack();
    }

    private Status rolledBack() {
        writes.commit();
        return Status.NOT_FOUND;
    }

    @Override
    public Status insert(String table, String key, Map<String, ByteIterator> values) {
        writes.begin();
        return store(key, values);
    }

    private Status store(String key, Map<String, ByteIterator> values) {
        for (Map.Entry<String, ByteIterator> field : values.entrySet()) {
            byte[] value = field.getValue().toArray();
            System.arraycopy(value, 0, record, offset(field.getKey()), value.length);
        }
        writes.put(key(key), record);
        writes.commit();
        return Status.OK;
    }

    @Override
    public Status delete(String table, String key) {
        writes.begin();
        boolean isThere = writes.delete(key(key));
        writes.commit();
        return isThere ? Status.OK : Status.NOT_FOUND;
    }
}
