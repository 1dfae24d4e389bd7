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

    void page(long pageId, long newBirth) {
        word = pageId | Reference.flags(word);
        birth = newBirth;
    }

    void addFlags(long flags) {
        word |= flags;
    }

    void addCount(long delta) {
        count += delta;
    }
}
