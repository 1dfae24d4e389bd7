package dev.coppice.cli.text;

/**
 * Lines of one JSON object each, with the fields {@code key} and {@code value} as {@link
 * JsonWriter#bytes} names them, {@code cf} for the column family, and {@code expiresAt} where the
 * entry expires.
 *
 * <p>Thread safety: one thread.
 */
final class JsonLinesWriter implements EntryWriter {
    static final String FAMILY = "cf";
    static final String KEY = "key";
    static final String VALUE = "value";
    static final String EXPIRES_AT = "expiresAt";

    private final TextBuffer target;
    private final JsonWriter json;
    private final Encoding keys;
    private final Encoding values;
    private final boolean namesFamilies;
    private String family = "";

    JsonLinesWriter(TextBuffer target, Encoding keys, Encoding values, boolean namesFamilies) {
        this.target = target;
        this.json = new JsonWriter(target);
        this.keys = keys;
        this.values = values;
        this.namesFamilies = namesFamilies;
    }

    @Override
    public void family(String name, boolean isEmpty) {
        family = name;
        if (namesFamilies && isEmpty) {
            json.object().field(FAMILY, family).endObject().line();
        }
    }

    @Override
    public void entry(byte[] key, byte[] value, long expiresAt) {
        json.object();
        if (namesFamilies) {
            json.field(FAMILY, family);
        }
        json.bytes(KEY, key, keys).bytes(VALUE, value, values);
        if (expiresAt != NEVER) {
            json.field(EXPIRES_AT, expiresAt);
        }
        json.endObject().line();
    }

    @Override
    public void close() {
        target.flush();
    }
}
