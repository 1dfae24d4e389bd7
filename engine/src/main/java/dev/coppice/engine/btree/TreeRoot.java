package dev.coppice.engine.btree;

import dev.coppice.engine.page.Reference;

/**
 * The reference to the root page of one tree, as a transaction changes it.
 *
 * <p>Thread safety: that of its owner.
 */
public final class TreeRoot {
    private final int family;
    private long word;
    private long birth;
    private long count;
    private long ttlMillis;

    public TreeRoot(int family) {
        this.family = family;
    }

    public TreeRoot(int family, long word, long birth, long count) {
        this.family = family;
        set(word, birth, count);
    }

    /** {@return the column family whose tree this is} */
    public int family() {
        return family;
    }

    public void set(long newWord, long newBirth, long newCount) {
        word = newWord;
        birth = newBirth;
        count = newCount;
    }

    public void copyFrom(TreeRoot other) {
        set(other.word, other.birth, other.count);
        ttlMillis = other.ttlMillis;
    }

    public boolean isEmpty() {
        return word == 0;
    }

    /** {@return page id and flags} */
    public long word() {
        return word;
    }

    public long pageId() {
        return Reference.pageId(word);
    }

    public long birth() {
        return birth;
    }

    /** {@return entries in the tree} */
    public long count() {
        return count;
    }

    /** {@return whether entries of the tree may have deadlines} */
    public boolean mayExpire() {
        return (word & Reference.HAS_EXPIRY) != 0;
    }

    /** {@return how long an entry lives that is stored without saying so; 0 for ever} */
    public long ttlMillis() {
        return ttlMillis;
    }

    public void ttlMillis(long newTtlMillis) {
        ttlMillis = newTtlMillis;
    }

    void page(long pageId, long newBirth) {
        word = pageId | Reference.flags(word);
        birth = newBirth;
    }

    void addFlags(long flags) {
        word |= flags;
    }

    void clearFlags(long flags) {
        word &= ~flags;
    }

    void addCount(long delta) {
        count += delta;
    }
}
