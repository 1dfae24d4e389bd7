package dev.coppice.engine.commit;

import dev.coppice.engine.space.ExtentList;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PageAllocator;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreException;
import dev.coppice.error.StoreFullException;
import dev.coppice.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The free space of the newest root in the live file, and the roots that names keep, for the
 * process that has the writer role next: a picture of them, and behind that what has changed since;
 * docs/file-format.md#space-ledger.
 *
 * <p>It is kept only while several processes have the store open for writing. Thread safety: the
 * holder of the writer role; {@link #isLive} any thread.
 */
final class SpaceLedger {
    /*
     * Free map and pending pages change by a few operations, each of which depends on nothing but
     * the state before it and what is written down with it. So every process that does the same
     * operations has the same state, and to take the role costs what the others did since.
     *
     * When the list of changes has become longer than the picture, a new picture is made: that is
     * paid for by the changes before it. Who comes after many changes reads the picture.
     *
     * VERSION tells which states are worth anything: who does not know the number has to read the
     * picture, or, where none is kept, has to find the free pages as recovery does. It grows when a
     * process goes on alone, or has found the free pages anew.
     *
     * Everything is written before END, and END before STAMP, which names the root that the state
     * belongs to: a process that dies in between leaves a stamp that is not the newest root.
     */
    private static final int WORDS_PER_BLOCK = 511;
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCKS_PER_CHUNK = Storage.LIVE_CHUNK_BYTES / BLOCK_BYTES;
    private static final int CHUNKS = (Storage.MAX_LIVE_CHUNKS - 1) / 2;
    private static final long MAX_WORDS = (long) CHUNKS * BLOCKS_PER_CHUNK * WORDS_PER_BLOCK;

    /** Changes are kept at least up to so many words before a new picture is made. */
    private static final long MIN_CHANGES = 1 << 15;

    private static final int EPOCH = LiveWords.LEDGER_OFFSET;
    private static final int PICTURE = EPOCH + Long.BYTES;
    private static final int END = PICTURE + Long.BYTES;
    private static final int STAMP = END + Long.BYTES;
    private static final int LOG_PAGES = STAMP + Long.BYTES;
    private static final int LOG_SINCE = LOG_PAGES + Long.BYTES;

    private static final int TAKE = 1;
    private static final int RELEASE = 2;
    private static final int PENDING = 3;
    private static final int OLD_IMAGE = 4;
    private static final int RECLAIM = 5;
    private static final int EXTEND = 6;
    private static final int IMAGE = 7;
    private static final int RECLAIM_IMAGES = 8;
    private static final int NAMES = 9;

    private static final int COUNT_SHIFT = 4;
    private static final long MAX_COUNT = (1L << 28) - 1;
    private static final int PAGE_SHIFT = 32;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final Storage storage;
    private final MemorySegment words;
    private final PageAllocator allocator;
    private final RetainedRoots retained;
    private MemorySegment[] chunks = {};

    /** The image that the free space takes for that of the base, and the base. */
    private ImageExtent image;

    private long imageBase;

    // What this process knows of the ledger; a version of 0 says that it knows nothing.
    private long version;
    private long epoch;
    private long position;

    /** Whether changes are written down: not where this process is the only one that writes. */
    private boolean isShared;

    /**
     * The ledger as a process sees it.
     *
     * @param retained the roots that names keep, which go with the free space
     */
    SpaceLedger(
            Storage storage,
            MemorySegment words,
            PageAllocator allocator,
            RetainedRoots retained,
            Known known) {
        this.storage = storage;
        this.words = words;
        this.allocator = allocator;
        this.retained = retained;
        this.image = known.image();
        this.imageBase = known.base().txn();
    }

    private long get(int offset) {
        return (long) WORD.getVolatile(words, (long) offset);
    }

    private void set(int offset, long value) {
        WORD.setVolatile(words, (long) offset, value);
        storage.liveStored(offset, Long.BYTES);
    }

    private long state() {
        return get(LiveWords.SPACE_OFFSET);
    }

    /** {@return whether a picture and changes are kept} */
    boolean isLive() {
        return (state() & 1) != 0;
    }

    /** {@return whether changes of this process are written down} */
    boolean isShared() {
        return isShared;
    }

    /** {@return whether the state of this process is that of the newest root, or can become it} */
    boolean isKnown() {
        return version != 0 && state() >>> 1 == version;
    }

    /** {@return the root that the ledger belongs to} */
    long stamp() {
        return get(STAMP);
    }

    long logPages() {
        return get(LOG_PAGES);
    }

    long logSince() {
        return get(LOG_SINCE);
    }

    // ---- who writes alone, and who does not

    /**
     * Goes on alone: no other state is worth anything from here on.
     *
     * @param base the image that the state of this process goes with
     */
    void leave(Known base) {
        isShared = false;
        version = (state() >>> 1) + 1;
        set(LiveWords.SPACE_OFFSET, version << 1);
        image = base.image();
        imageBase = base.base().txn();
    }

    /** Goes on alone, with the state that this process has. */
    void leave() {
        isShared = false;
        version = (state() >>> 1) + 1;
        set(LiveWords.SPACE_OFFSET, version << 1);
    }

    /** Writes changes down from here on, where nobody does. Requires: the state is known. */
    void share() {
        try {
            picture();
            isShared = true;
        } catch (StoreException e) {
            // No room for it: whoever comes next has to look for the free pages.
            leave();
        }
    }

    /** Writes changes down, as others do. Requires: {@link #read} */
    void join() {
        isShared = true;
    }

    /**
     * Notes which root the state belongs to, for the process that comes next.
     *
     * @param txn the newest root
     */
    void finish(long txn, long logPages, long logSince) {
        if (isShared && position - get(PICTURE) > Math.max(MIN_CHANGES, get(PICTURE))) {
            share();
        }
        if (isShared) {
            set(LOG_PAGES, logPages);
            set(LOG_SINCE, logSince);
            set(STAMP, txn);
        }
    }

    // ---- changes

    private static long word(int operation, long page, long count) {
        return page << PAGE_SHIFT | count << COUNT_SHIFT | operation;
    }

    /** Where there is no room for it, whoever comes next has to look for the free pages. */
    private void append(Runnable changes) {
        long start = position;
        try {
            changes.run();
            set(END, position);
        } catch (StoreException e) {
            leave();
        } catch (RuntimeException | Error e) {
            position = start;
            leave();
            throw e;
        }
    }

    private void put(long word) {
        store(position, word);
        position++;
    }

    private void put(int operation, ExtentList extents) {
        for (int i = 0; i < extents.size(); i++) {
            put(operation, extents.page(i), extents.count(i), extents.birth(i), extents.death(i));
        }
    }

    private void put(int operation, long page, long count, long birth, long death) {
        for (long done = 0; done < count; done += MAX_COUNT) {
            put(word(operation, page + done, Math.min(count - done, MAX_COUNT)));
            if (operation == PENDING || operation == OLD_IMAGE) {
                put(birth);
                put(death);
            }
        }
    }

    /** Pages that were free are not. */
    void took(long page, long count) {
        if (isShared) {
            append(() -> put(TAKE, page, count, 0, 0));
        }
    }

    /** Pages that were free are not, but for those that no root ever held. */
    void took(ExtentList taken, ExtentList unused) {
        if (isShared) {
            append(() -> {
                put(TAKE, taken);
                put(RELEASE, unused);
            });
        }
    }

    /** Pages died with a root that is published. */
    void died(ExtentList extents) {
        if (isShared) {
            append(() -> put(PENDING, extents));
        }
    }

    /** An image is pending that was never that of a base; a check may be reading it. */
    void unusedImage(ImageExtent unused) {
        long base = unused.birth();
        allocator.pending().addImage(unused.firstPage(), unused.pages(), base, base);
        if (isShared) {
            append(() -> put(OLD_IMAGE, unused.firstPage(), unused.pages(), base, base));
        }
    }

    /** Frees the images that no check can be reading: roots that are pinned, in any order. */
    void reclaimImages(long[] pins, int count) {
        if (allocator.pending().hasImages()) {
            allocator.reclaimImages(pins, count);
            roots(RECLAIM_IMAGES, pins, count);
        }
    }

    /** The names of the newest root are others. */
    void named() {
        if (isShared) {
            append(() -> {
                long[] listed = retained.listed();
                long[] dropped = retained.dropped();
                put(word(NAMES, dropped.length, listed.length));
                putAll(listed, listed.length);
                putAll(dropped, dropped.length);
            });
        }
    }

    private void putAll(long[] added, int count) {
        for (int i = 0; i < count; i++) {
            put(added[i]);
        }
    }

    private void roots(int operation, long[] roots, int count) {
        if (isShared) {
            append(() -> {
                put(word(operation, 0, count));
                putAll(roots, count);
            });
        }
    }

    /** What no root needs is free: roots that must survive, ascending. */
    void reclaimed(long[] roots, int count) {
        roots(RECLAIM, roots, count);
    }

    /** The file has become longer. */
    void extended(long pages) {
        if (isShared) {
            append(() -> put(word(EXTEND, pages, 0)));
        }
    }

    /**
     * Gives back the image of a base that is not the newest any more. Whoever sees it first does
     * it: the process whose checkpoint it was may be gone.
     */
    void follow(Known known) {
        ImageExtent newer = known.image();
        if (newer.equals(image)) {
            return;
        }
        if (isShared) {
            append(() -> {
                put(word(IMAGE, newer.firstPage(), newer.pages()));
                put(newer.birth());
                put(known.base().txn());
            });
        }
        follow(newer, known.base().txn());
    }

    private void follow(ImageExtent newer, long newerBase) {
        if (image.firstPage() != 0) {
            allocator
                    .pending()
                    .addImage(image.firstPage(), image.pages(), imageBase, newer.birth());
        }
        image = newer;
        imageBase = newerBase;
    }

    // ---- reading

    /**
     * Brings the state of this process to that of the ledger.
     *
     * @return whether the state it had was worth nothing
     */
    boolean read() {
        boolean wasKnown = isKnown();
        long end = get(END);
        if (end > MAX_WORDS || get(PICTURE) > end) {
            throw new CorruptStoreException(-1, "end of the space ledger", MAX_WORDS, end);
        }
        try {
            if (!wasKnown || epoch != get(EPOCH)) {
                readPicture();
            }
            while (position < end) {
                redo();
            }
        } catch (RuntimeException | Error e) {
            version = 0;
            throw e;
        }
        return !wasKnown;
    }

    private void redo() {
        long word = next();
        long page = word >>> PAGE_SHIFT;
        long count = word >>> COUNT_SHIFT & MAX_COUNT;
        switch ((int) word & (1 << COUNT_SHIFT) - 1) {
            case TAKE -> allocator.retake(page, count);
            case RELEASE -> allocator.freeMap().release(page, count);
            case PENDING -> allocator.pending().add(page, count, next(), next());
            case OLD_IMAGE -> allocator.pending().addImage(page, count, next(), next());
            case RECLAIM -> allocator.reclaim(loadAll(count), (int) count, Long.MAX_VALUE);
            case RECLAIM_IMAGES -> allocator.reclaimImages(loadAll(count), (int) count);
            case NAMES -> retained.become(loadAll(count), loadAll(page));
            case EXTEND -> allocator.extend(page);
            case IMAGE -> {
                ImageExtent newer = new ImageExtent(page, count, next());
                follow(newer, next());
            }
            default ->
                    throw new CorruptStoreException(
                            -1, "operation in the space ledger", "1 to 9", word);
        }
    }

    private long[] loadAll(long count) {
        long[] loaded = new long[Math.toIntExact(count)];
        for (int i = 0; i < loaded.length; i++) {
            loaded[i] = next();
        }
        return loaded;
    }

    /** Writes everything down, in place of what was there. */
    private void picture() {
        // Whoever dies in here leaves a version that nobody knows.
        set(LiveWords.SPACE_OFFSET, (version + 1) << 1);
        FreeMap free = allocator.freeMap();
        PendingFrees pending = allocator.pending();
        long at = 0;
        store(at++, image.firstPage());
        store(at++, image.pages());
        store(at++, image.birth());
        store(at++, imageBase);
        store(at++, free.pages());
        for (int i = 0; i < free.wordCount(); i++) {
            store(at++, free.word(i));
        }
        at = extents(at, pending::forEachDead);
        at = extents(at, pending::forEachImage);
        at = storeAll(at, retained.listed());
        at = storeAll(at, retained.dropped());
        set(PICTURE, at);
        set(END, at);
        set(EPOCH, get(EPOCH) + 1);
        epoch = get(EPOCH);
        position = at;
        set(LiveWords.SPACE_OFFSET, version << 1 | 1);
    }

    /** Writes what is shown from a word on, its count first; returns the word behind it. */
    private long extents(long at, Consumer<PendingFrees.Visitor> shown) {
        Writer writer = new Writer(at + 1);
        shown.accept(writer::extent);
        store(at, (writer.next - at - 1) / Writer.WORDS);
        return writer.next;
    }

    private long storeAll(long at, long[] values) {
        store(at, values.length);
        for (int i = 0; i < values.length; i++) {
            store(at + 1 + i, values[i]);
        }
        return at + 1 + values.length;
    }

    private final class Writer {
        static final int WORDS = 4;
        private long next;

        Writer(long next) {
            this.next = next;
        }

        void extent(long page, long count, long birth, long death) {
            store(next++, page);
            store(next++, count);
            store(next++, birth);
            store(next++, death);
        }
    }

    private void readPicture() {
        FreeMap free = allocator.freeMap();
        position = 0;
        image = new ImageExtent(next(), next(), next());
        imageBase = next();
        free.reset(next());
        for (int i = 0; i < free.wordCount(); i++) {
            free.word(i, next());
        }
        PendingFrees pending = allocator.pending();
        pending.reset();
        for (long left = next(); left > 0; left--) {
            pending.add(next(), next(), next(), next());
        }
        for (long left = next(); left > 0; left--) {
            pending.addImage(next(), next(), next(), next());
        }
        retained.become(loadAll(next()), loadAll(next()));
        allocator.startOver();
        epoch = get(EPOCH);
        version = state() >>> 1;
    }

    // ---- words

    private static long offset(long index) {
        long block = index / WORDS_PER_BLOCK;
        return block % BLOCKS_PER_CHUNK * BLOCK_BYTES + index % WORDS_PER_BLOCK * Long.BYTES;
    }

    /** {@return the chunk of a word; reader slots have those with odd numbers} */
    private MemorySegment chunk(long index) {
        int chunk = (int) (index / WORDS_PER_BLOCK / BLOCKS_PER_CHUNK);
        while (chunks.length <= chunk) {
            MemorySegment[] longer = Arrays.copyOf(chunks, chunks.length + 1);
            longer[chunks.length] = storage.liveChunk(2 * chunks.length + 2);
            chunks = longer;
        }
        return chunks[chunk];
    }

    private long next() {
        return load(position++);
    }

    private long load(long index) {
        return (long) WORD.getOpaque(chunk(index), offset(index));
    }

    private void store(long index, long value) {
        if (index >= MAX_WORDS) {
            throw new StoreFullException(
                    "the space ledger is full: words=" + index + ", max=" + MAX_WORDS);
        }
        WORD.setOpaque(chunk(index), offset(index), value);
    }
}
