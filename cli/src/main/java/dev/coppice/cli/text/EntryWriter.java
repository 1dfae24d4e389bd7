package dev.coppice.cli.text;

/**
 * Writes entries as lines.
 *
 * <p>Thread safety: one thread.
 */
public interface EntryWriter extends AutoCloseable {
    /**
     * Names the column family of the entries that follow.
     *
     * @param isEmpty whether none will follow: then a line of its own says that there is the family
     */
    void family(String name, boolean isEmpty);

    /** Stands for the deadline of an entry that has none. */
    long NEVER = -1;

    /**
     * Writes an entry.
     *
     * @param expiresAt its deadline in milliseconds since 1970, or {@link #NEVER}
     */
    void entry(byte[] key, byte[] value, long expiresAt);

    /** Hands on everything. */
    @Override
    void close();

    /**
     * {@return a writer of lines in one of the two formats}
     *
     * @param namesFamilies whether each line names its column family
     */
    static EntryWriter of(
            TextBuffer target,
            boolean isJson,
            Encoding keys,
            Encoding values,
            boolean namesFamilies) {
        return isJson
                ? new JsonLinesWriter(target, keys, values, namesFamilies)
                : new TsvWriter(target, keys, values, namesFamilies);
    }
}
