package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Lines of key, tab, value; with column families of family, tab, key, tab, value. The names of
 * families are always UTF-8. Behind an entry that expires there is one more tab, and its deadline.
 *
 * <p>Thread safety: one thread.
 */
final class TsvWriter implements EntryWriter {
    /** Begins the field of a deadline, so that none is taken for one in a line of another kind. */
    static final String EXPIRES = "expires=";

    private final TextBuffer target;
    private final Encoding keys;
    private final Encoding values;
    private final boolean namesFamilies;
    private byte[] family = {};

    TsvWriter(TextBuffer target, Encoding keys, Encoding values, boolean namesFamilies) {
        this.target = target;
        this.keys = keys;
        this.values = values;
        this.namesFamilies = namesFamilies;
    }

    @Override
    public void family(String name, boolean isEmpty) {
        family = name.getBytes(UTF_8);
        if (namesFamilies && isEmpty) {
            Encoding.UTF8.encode(family, target);
            target.put('\n');
        }
    }

    @Override
    public void entry(byte[] key, byte[] value, long expiresAt) {
        if (namesFamilies) {
            Encoding.UTF8.encode(family, target);
            target.put('\t');
        }
        keys.encode(key, target);
        target.put('\t');
        values.encode(value, target);
        if (expiresAt != NEVER) {
            target.put('\t');
            target.put(EXPIRES + expiresAt);
        }
        target.put('\n');
    }

    @Override
    public void close() {
        target.flush();
    }
}
