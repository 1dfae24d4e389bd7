package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes what changed between two states, one change on each line.
 *
 * <p>Thread safety: one thread.
 */
public final class ChangeWriter implements AutoCloseable {
    /** Stands for the deadline of an entry that has none. */
    public static final long NEVER = EntryWriter.NEVER;

    private final TextBuffer target;
    private final JsonWriter json;
    private final Encoding encoding;

    private ChangeWriter(TextBuffer target, JsonWriter json, Encoding encoding) {
        this.target = target;
        this.json = json;
        this.encoding = encoding;
    }

    /** {@return a writer of lines in one of the two formats} */
    public static ChangeWriter of(TextBuffer target, boolean isJson, Encoding encoding) {
        return new ChangeWriter(target, isJson ? new JsonWriter(target) : null, encoding);
    }

    /**
     * Writes the change of a column family.
     *
     * @param ttlMillis its default time to live, or 0
     */
    public void family(String change, String family, long ttlMillis) {
        if (json != null) {
            json.object().field("change", change).field("cf", family);
            if (ttlMillis != 0) {
                json.field("ttlMillis", ttlMillis);
            }
            json.endObject().line();
            return;
        }
        begin(change, family);
        if (ttlMillis != 0) {
            target.put("\tttl=" + ttlMillis);
        }
        target.put('\n');
    }

    /**
     * Writes the change of an entry.
     *
     * @param before the value that it had, or null
     * @param after the value that it has, or null
     * @param expiresAt when it expires, or {@link #NEVER}
     */
    public void entry(
            String change, String family, byte[] key, byte[] before, byte[] after, long expiresAt) {
        if (json != null) {
            entryObject(change, family, key, before, after, expiresAt);
            return;
        }
        begin(change, family);
        target.put('\t');
        encoding.encode(key, target);
        if (after != null) {
            target.put('\t');
            encoding.encode(after, target);
        }
        if (expiresAt != NEVER) {
            target.put('\t');
            target.put(TsvWriter.EXPIRES + expiresAt);
        }
        target.put('\n');
    }

    private void begin(String change, String family) {
        target.put(change);
        target.put('\t');
        Encoding.UTF8.encode(family.getBytes(UTF_8), target);
    }

    private void entryObject(
            String change, String family, byte[] key, byte[] before, byte[] after, long expiresAt) {
        json.object().field("change", change).field("cf", family);
        json.bytes("key", key, encoding);
        if (before != null) {
            json.bytes("before", before, encoding);
        }
        if (after != null) {
            json.bytes("value", after, encoding);
        }
        if (expiresAt != NEVER) {
            json.field("expiresAt", expiresAt);
        }
        json.endObject().line();
    }

    @Override
    public void close() {
        target.flush();
    }
}
