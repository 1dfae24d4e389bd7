package dev.coppice.engine.check;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.LeafPage;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.PageStructure;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Walks one tree after the other and compares each page with the reference that led to it, with its
 * neighbours and with itself.
 *
 * <p>Thread safety: one thread. Lifetime: that of the arena.
 */
final class TreeCheck {
    /*
     * Each page is copied before anything is read, one copy for each depth, so that neither a writer
     * that seals it nor a number in it can lead out of it. Levels descend strictly and each page is
     * entered once, which bounds the walk.
     */
    private static final int MAX_SHOWN_VALUE_BYTES = 1 << 16;
    private static final long KNOWN_FLAGS = Reference.HAS_OVERFLOW | Reference.HAS_EXPIRY;

    private final PageMap pages;
    private final int pageBytes;
    private final int inlineKeyBytes;
    private final long sealedUpTo;
    private final PageAccounting accounting;
    private final RunCheck runs;
    private final Problems problems;
    private final Steps steps;
    private final Arena arena;
    private final Checksum checksum;
    private final KeyOrder order = new KeyOrder();
    private final MemorySegment[] copies = new MemorySegment[PageHeader.MAX_LEVEL + 1];
    private long entries;

    // The tree that is being walked.
    private int family;
    private EntryVisitor visitor;

    /** Receives entries; none whose value is long. */
    @FunctionalInterface
    interface EntryVisitor {
        void entry(byte[] key, byte[] value, Path path);
    }

    TreeCheck(
            PageMap pages,
            PageSize pageSize,
            long sealedUpTo,
            PageAccounting accounting,
            Problems problems,
            Steps steps,
            Arena arena) {
        this.pages = pages;
        this.pageBytes = pageSize.bytes();
        this.inlineKeyBytes = pageSize.inlineKeyBytes();
        this.sealedUpTo = sealedUpTo;
        this.accounting = accounting;
        this.runs = new RunCheck(pages, pageSize, accounting, problems, steps);
        this.problems = problems;
        this.steps = steps;
        this.arena = arena;
        this.checksum = new Checksum(pageBytes);
    }

    /** {@return entries seen in all trees so far} */
    long entries() {
        return entries;
    }

    /** What a reference says about the page that it names, and where it stands. */
    private static final class Expected {
        private final long word;
        private final long birth;
        private final long count;
        private final int level;
        private final int depth;
        private final byte[] from;
        private final byte[] to;
        private final long maxBirth;

        Expected(
                long word,
                long birth,
                long count,
                int level,
                int depth,
                byte[] from,
                byte[] to,
                long maxBirth) {
            this.word = word;
            this.birth = birth;
            this.count = count;
            this.level = level;
            this.depth = depth;
            this.from = from;
            this.to = to;
            this.maxBirth = maxBirth;
        }
    }

    /**
     * Checks a tree.
     *
     * @param maxBirth id of the transaction that the root belongs to
     * @param entryVisitor receives its entries, or null
     */
    void check(TreeRoot root, long maxBirth, Path path, EntryVisitor entryVisitor) {
        if (root.isEmpty()) {
            if (root.birth() != 0 || root.count() != 0) {
                problems.add(path, "reference to nothing, born " + root.birth());
            }
            return;
        }
        family = root.family();
        visitor = entryVisitor;
        Expected expected =
                new Expected(root.word(), root.birth(), root.count(), -1, 0, null, null, maxBirth);
        page(expected, path);
    }

    /** {@return the flags of what is in the page or below, as references have them} */
    private long page(Expected expected, Path parent) {
        long pageId = Reference.pageId(expected.word);
        Path path = parent.page(pageId);
        if (!accounting.claim(pageId, 1, path)) {
            return 0;
        }
        MemorySegment s = load(pageId, expected.depth);
        steps.pages(1);
        checkReference(expected, path);
        if (!isExpectedPage(s, pageId, expected, path)) {
            return 0;
        }
        checkSeal(s, path);
        long found =
                PageHeader.level(s, 0) == 0 ? leaf(s, expected, path) : branch(s, expected, path);
        long missing = found & ~expected.word;
        if ((missing & Reference.HAS_OVERFLOW) != 0) {
            problems.add(path, "the reference does not say that there are overflow runs");
        }
        if ((missing & Reference.HAS_EXPIRY) != 0) {
            problems.add(path, "the reference does not say that entries expire");
        }
        return found;
    }

    /** Copies a page into the buffer of its depth. */
    private MemorySegment load(long pageId, int depth) {
        if (copies[depth] == null) {
            copies[depth] = arena.allocate(pageBytes, Long.BYTES);
        }
        MemorySegment from = pages.segment(pageId);
        MemorySegment.copy(from, pages.position(pageId), copies[depth], 0, pageBytes);
        return copies[depth];
    }

    private void checkReference(Expected expected, Path path) {
        long unknown = Reference.flags(expected.word) & ~KNOWN_FLAGS;
        if (unknown != 0) {
            problems.add(path, "unknown flags in the reference: " + (unknown >>> 48));
        }
        if (expected.birth <= 0 || expected.birth > expected.maxBirth) {
            problems.add(
                    path, "born " + expected.birth + " below what was born " + expected.maxBirth);
        }
    }

    /** {@return whether the page is the one that was meant, and can be read} */
    private boolean isExpectedPage(MemorySegment s, long pageId, Expected expected, Path path) {
        if (PageHeader.pageId(s, 0) != pageId || PageHeader.birth(s, 0) != expected.birth) {
            problems.add(
                    path,
                    "expected page "
                            + pageId
                            + " born "
                            + expected.birth
                            + ", found page "
                            + PageHeader.pageId(s, 0)
                            + " born "
                            + PageHeader.birth(s, 0));
            return false;
        }
        String flaw = PageStructure.flaw(s, 0, pageBytes);
        if (flaw != null) {
            problems.add(path, flaw);
            return false;
        }
        int level = PageHeader.level(s, 0);
        if (expected.level >= 0 && level != expected.level) {
            problems.add(path, "level " + level + " where " + expected.level + " was expected");
            return false;
        }
        if (PageHeader.family(s, 0) != family) {
            problems.add(path, "page of family " + PageHeader.family(s, 0) + ", not " + family);
        }
        return true;
    }

    private void checkSeal(MemorySegment s, Path path) {
        int stored = PageHeader.crc(s, 0);
        if (stored == 0) {
            if (PageHeader.birth(s, 0) <= sealedUpTo) {
                problems.add(path, "not sealed, though born before " + sealedUpTo);
            }
            return;
        }
        int computed = checksum.ofPage(s, 0, pageBytes);
        if (stored != computed) {
            problems.add(
                    path,
                    "checksum "
                            + Integer.toHexString(stored)
                            + ", computed "
                            + Integer.toHexString(computed));
        }
    }

    private long leaf(MemorySegment s, Expected expected, Path path) {
        int count = PageHeader.count(s, 0);
        if (count == 0 || count != expected.count) {
            problems.add(path, count + " entries where " + expected.count + " were expected");
        }
        entries += count;
        long found = 0;
        order.begin(expected.from, expected.to);
        for (int index = 0; index < count; index++) {
            boolean isKeyReadable = acceptKey(s, index, expected, path);
            byte[] value = value(s, index, expected, path.entry(index));
            if (visitor != null && isKeyReadable && value != null) {
                visitor.entry(order.last(), value, path.entry(index));
            }
            if (hasKeyRun(s, index) || LeafPage.isOverflow(s, 0, index)) {
                found |= Reference.HAS_OVERFLOW;
            }
            if (LeafPage.deadline(s, 0, pageBytes, index) != LeafPage.NO_DEADLINE) {
                found |= Reference.HAS_EXPIRY;
            }
        }
        return found;
    }

    private boolean hasKeyRun(MemorySegment s, int index) {
        return SlottedPage.keyRun(s, 0, pageBytes, index) >= 0;
    }

    /** Checks where a key stands; returns whether it could be read. */
    private boolean acceptKey(MemorySegment s, int index, Expected expected, Path path) {
        byte[] key = order.next();
        int keyBytes = SlottedPage.key(s, 0, pageBytes, index, key);
        if (hasKeyRun(s, index)) {
            long run = SlottedPage.keyRun(s, 0, pageBytes, index);
            int tail = keyBytes - inlineKeyBytes;
            if (!runs.isIntact(s, run, tail, tail, expected.birth, path.entry(index))) {
                return false;
            }
            runs.read(s, run, key, inlineKeyBytes);
        }
        String flaw = order.accept(keyBytes);
        if (flaw != null) {
            problems.add(path.entry(index), flaw);
        }
        return true;
    }

    /** {@return the value, if somebody wants it, it could be read and is not long; else null} */
    private byte[] value(MemorySegment s, int index, Expected expected, Path path) {
        long bytes = LeafPage.valueBytes(s, 0, pageBytes, index);
        if (LeafPage.isOverflow(s, 0, index)) {
            long run = LeafPage.valueRun(s, 0, pageBytes, index);
            long first = Reference.pageId(Reference.word(s, run));
            if (visitor == null && accounting.isShared(first)) {
                return null;
            }
            boolean isIntact = runs.isIntact(s, run, 1, Long.MAX_VALUE, expected.birth, path);
            if (visitor == null || !isIntact || bytes > MAX_SHOWN_VALUE_BYTES) {
                return null;
            }
            byte[] value = new byte[(int) bytes];
            runs.read(s, run, value, 0);
            return value;
        }
        if (bytes > pageBytes / 4) {
            problems.add(path, "value of " + bytes + " bytes in the page");
        }
        if (visitor == null) {
            return null;
        }
        byte[] value = new byte[(int) bytes];
        long field = LeafPage.inlineValue(s, 0, pageBytes, index);
        MemorySegment.copy(s, Bytes.U8, Bytes.skipVarint(s, field), value, 0, value.length);
        return value;
    }

    private long branch(MemorySegment s, Expected expected, Path path) {
        long sum = BranchPage.entries(s, 0);
        if (sum != expected.count) {
            problems.add(path, sum + " entries below where " + expected.count + " were expected");
        }
        int count = PageHeader.count(s, 0);
        byte[][] bounds = new byte[count + 2][];
        bounds[0] = expected.from;
        bounds[count + 1] = expected.to;
        long found = 0;
        order.begin(expected.from, expected.to);
        for (int index = 0; index < count; index++) {
            bounds[index + 1] = acceptKey(s, index, expected, path) ? order.last() : null;
            found |= hasKeyRun(s, index) ? Reference.HAS_OVERFLOW : 0;
        }
        for (int child = 0; child <= count; child++) {
            found |= page(child(s, child, expected, bounds[child], bounds[child + 1]), path);
        }
        return found;
    }

    private static Expected child(
            MemorySegment s, int child, Expected parent, byte[] from, byte[] to) {
        long reference = BranchPage.child(s, 0, child);
        return new Expected(
                Reference.word(s, reference),
                Reference.birth(s, reference),
                Reference.count(s, reference),
                PageHeader.level(s, 0) - 1,
                parent.depth + 1,
                from,
                to,
                parent.birth);
    }
}
