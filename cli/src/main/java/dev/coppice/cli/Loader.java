package dev.coppice.cli;

import dev.coppice.ColumnFamily;
import dev.coppice.Lifetime;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.EntryReader;
import dev.coppice.cli.text.EntryWriter;
import dev.coppice.cli.text.TextException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts the entries of an {@link EntryReader} into a store.
 *
 * <p>Thread safety: one thread.
 */
final class Loader {
    private static final int LINES_PER_REPORT = 1 << 14;

    private final Store store;
    private final EntryReader lines;
    private final String familyOfOthers;
    private final long entriesPerCommit;
    private final Consumer<TextException> malformed;
    private final Map<String, LoadedFamily> families = new HashMap<>();
    private LoadedFamily family;
    private long entries;
    private long newEntries;
    private long committedEntries;
    private long committedLines;
    private long skippedLines;

    /**
     * Prepares.
     *
     * @param family where entries go whose line names none
     * @param entriesPerCommit 0 for all in one transaction
     * @param malformed is told of each line that is left out; throws to end the loading
     */
    Loader(
            Store store,
            EntryReader lines,
            ColumnFamily family,
            long entriesPerCommit,
            Consumer<TextException> malformed) {
        this.store = store;
        this.lines = lines;
        this.familyOfOthers = family.name();
        this.entriesPerCommit = entriesPerCommit;
        this.malformed = malformed;
    }

    /**
     * Loads all lines. When it throws, the transaction that was open is rolled back.
     *
     * @param report is called every now and then
     */
    void load(Runnable report) {
        boolean isMore = true;
        while (isMore) {
            try (WriteTransaction txn = store.begin()) {
                isMore = putSome(txn, report);
                txn.commit();
            }
            committedEntries = entries;
            committedLines = lines.lines();
        }
    }

    /** Returns whether there may be more lines for another transaction. */
    private boolean putSome(WriteTransaction txn, Runnable report) {
        find(txn, familyOfOthers);
        long limit = entriesPerCommit == 0 ? Long.MAX_VALUE : entries + entriesPerCommit;
        while (entries < limit) {
            try {
                if (!lines.next()) {
                    return false;
                }
                put(txn);
            } catch (TextException e) {
                skippedLines++;
                malformed.accept(e);
            }
            if (lines.lines() % LINES_PER_REPORT == 0) {
                report.run();
            }
        }
        return true;
    }

    private void put(WriteTransaction txn) {
        try {
            find(txn, lines.family() == null ? familyOfOthers : lines.family());
            if (lines.key() != null) {
                newEntries += family.put(txn, lines.key(), lines.value(), lifetime()) ? 1 : 0;
                entries++;
            }
        } catch (IllegalArgumentException e) {
            throw lines.malformed(e.getMessage());
        }
    }

    private Lifetime lifetime() {
        long expiresAt = lines.expiresAt();
        return expiresAt == EntryWriter.NEVER ? Lifetime.OF_FAMILY : Lifetime.until(expiresAt);
    }

    /** Goes to the family of that name, which is created where it is missing. */
    private void find(WriteTransaction txn, String name) {
        if (family == null || !family.name().equals(name)) {
            family = families.computeIfAbsent(name, n -> new LoadedFamily(txn, n));
        }
    }

    long entries() {
        return entries;
    }

    /** {@return how many keys were not in the store before} */
    long newEntries() {
        return newEntries;
    }

    long committedEntries() {
        return committedEntries;
    }

    long committedLines() {
        return committedLines;
    }

    long skippedLines() {
        return skippedLines;
    }
}
