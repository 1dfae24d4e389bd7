package dev.coppice.engine.commit;

import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreIoException;
import dev.coppice.error.UnsupportedFormatException;
import dev.coppice.storage.Identity;
import dev.coppice.storage.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides which root a store opens at, and makes that decision durable. Nobody else changes the
 * store meanwhile; roots that others read it leaves alone: what it writes again is what was there.
 *
 * <p>Thread safety: one thread.
 */
final class Recovery {
    /*
     * 1. The durable slots are tried from the newest on: the first whose tip verifies is chosen.
     * 2. If the live file was written for this file in this boot, the page cache is the one that the
     *    last process left, and a newer published root is taken instead, provided that every page it
     *    reaches behind the base is there.
     * 3. Where this may be the same page cache, everything reached behind the base is written again
     *    and flushed: a failed flush may have dropped it silently, and a slot found in the cache is
     *    not a slot on the medium. So is the chosen slot, unless a flush has confirmed it.
     * 4. The decision goes to the other slot, with a new epoch unless the live file told the last
     *    id. Only then may any page be written.
     * Every step can be interrupted by a crash and repeated: none destroys what the one before read.
     */
    private static final int STAGING_BYTES = 1 << 18;

    private static final long MAX_EPOCH = Short.MAX_VALUE;

    /** With half the ids of an epoch used, the next opening begins a new one. */
    private static final long WORN_COUNTER = 1L << 47;

    private final Storage storage;
    private final HeaderBlock header;
    private final LiveWords live;
    private final PageSize pageSize;
    private final PageMap pages;
    private final boolean isAlone;
    private String rejected;

    Recovery(Storage storage, HeaderBlock header, LiveWords live) {
        this.isAlone = storage.processes().isAlone();
        this.storage = storage;
        this.header = header;
        this.live = live;
        this.pageSize = header.pageSize();
        this.pages = new PageMap(pageSize, storage.chunks(), null);
    }

    /**
     * What recovery decided.
     *
     * @param known the slot that is durable now
     * @param latest the root to open at
     * @param wasClean whether the store had been closed in order, in this boot
     * @param lost why commits that were published but not durable are gone, or null
     */
    record Outcome(Known known, StoreRoot latest, boolean wasClean, String lost) {}

    /**
     * Repeats what a process may have left undone that died beside others: everything reached
     * behind the base is written again, and the newest root becomes the tip. All others wait.
     */
    void takeOver() {
        DurableSlot[] slots = new DurableSlot[2];
        long newestSequence = read(slots);
        int index = choose(slots);
        StoreRoot latest = live.survivor(newestSequence);
        String problem =
                latest == null
                        ? "the live file is damaged"
                        : problemOf(latest, slots[index].base().txn(), false);
        if (problem != null) {
            throw new CorruptStoreException(
                    -1, "the newest commit cannot be read: " + problem + "; close the store");
        }
        StoreRoot tip = slots[index].tip();
        boolean isTipNewer = tip.txn() > latest.txn();
        Identity identity = storage.identity();
        Known chosen = new Known(slots[index], index);
        StoreRoot newest = isTipNewer ? tip : latest;
        Known known = resolve(chosen, newest, newestSequence + 1, identity, true, true);
        live.known(known.sequence());
        live.base(known.base().txn());
        live.inFlight(0, 0);
        if (isTipNewer) {
            live.publish(newest, known.sequence());
        }
    }

    /** Reads the intact slots; returns the newest sequence. */
    private long read(DurableSlot[] slots) {
        long newestSequence = 0;
        for (int i = 0; i < 2; i++) {
            MemorySegment file = storage.chunks()[0];
            slots[i] = DurableSlot.read(header, Block.copy(file, DurableSlot.position(i)));
            if (slots[i] != null) {
                newestSequence = Math.max(newestSequence, slots[i].sequence());
            }
        }
        return newestSequence;
    }

    Outcome run() {
        DurableSlot[] slots = new DurableSlot[2];
        long newestSequence = read(slots);
        int index = choose(slots);
        DurableSlot chosen = slots[index];
        Identity identity = storage.identity();
        boolean isTrusted = live.isOurs(header, identity);
        boolean keepsEpoch = isTrusted && isOfEpoch(live.nextId(), chosen.epoch());
        StoreRoot latest = chosen.tip();
        String lost = chosen.sequence() < newestSequence ? rejected : null;
        if (isTrusted) {
            StoreRoot survivor = live.survivor(newestSequence);
            String problem = survivor == null ? "the live file is damaged" : null;
            if (survivor != null && survivor.txn() > latest.txn()) {
                problem = problemOf(survivor, chosen.base().txn(), false);
                latest = problem == null ? survivor : latest;
            }
            lost = problem == null ? lost : problem;
            keepsEpoch &= survivor != null;
        }
        Known known = new Known(chosen, index);
        boolean isClean =
                keepsEpoch
                        && lost == null
                        && live.isQuiet()
                        && !live.isPoisoned()
                        && live.clean() == latest.txn()
                        && latest.txn() == chosen.base().txn()
                        && live.known() == chosen.sequence();
        if (storage.isReadOnly()) {
            return new Outcome(known, latest, isClean, lost);
        }
        if (!isClean) {
            known = resolve(known, latest, newestSequence + 1, identity, isTrusted, keepsEpoch);
        }
        attach(known, latest, identity, keepsEpoch);
        return new Outcome(known, latest, isClean, lost);
    }

    /**
     * {@return whether an id is of an epoch, and not worn} The live file of another name of the
     * same file may be of an earlier one: it does not know the last id.
     */
    private static boolean isOfEpoch(long id, long epoch) {
        return id >>> 48 == epoch && (id & LiveWords.COUNTER_MASK) < WORN_COUNTER;
    }

    private int choose(DurableSlot[] slots) {
        int first = slots[0] == null ? 1 : 0;
        if (slots[0] != null && slots[1] != null && slots[1].sequence() > slots[0].sequence()) {
            first = 1;
        }
        String reason = "neither durable slot is intact";
        for (int index : new int[] {first, 1 - first}) {
            DurableSlot slot = slots[index];
            if (slot != null) {
                String problem = problemOf(slot);
                if (problem == null) {
                    return index;
                }
                reason = problem;
                rejected = problem;
            }
        }
        throw new CorruptStoreException(
                -1, "the store cannot be opened: " + reason + "; restore it from a copy");
    }

    private String problemOf(DurableSlot slot) {
        long filePages = storage.size() >>> pageSize.shift();
        if (slot.endPage() > filePages) {
            return "the file was cut: it has " + filePages + " pages of at least " + slot.endPage();
        }
        return problemOf(slot.tip(), slot.verifyAfter(), true);
    }

    /** {@return what is wrong with the pages of a root born behind {@code after}, or null} */
    private String problemOf(StoreRoot root, long after, boolean mustBeSealed) {
        try {
            new RootWalk(pages, new Verify(after, mustBeSealed)).walk(root);
            return null;
        } catch (CorruptStoreException | IndexOutOfBoundsException | InternalError e) {
            return e.getMessage();
        }
    }

    private Known resolve(
            Known chosen,
            StoreRoot latest,
            long sequence,
            Identity identity,
            boolean isTrusted,
            boolean keepsEpoch) {
        DurableSlot slot = chosen.slot();
        boolean mayBeSameCache =
                isTrusted
                        || (identity.bootHigh() | identity.bootLow()) == 0
                        || identity.isSameBoot(slot.bootHigh(), slot.bootLow());
        if (mayBeSameCache) {
            rewrite(latest, slot.base().txn());
            if (!isTrusted || live.known() != slot.sequence()) {
                rewriteSlot(chosen);
            }
            storage.sync();
        }
        long epoch = keepsEpoch ? slot.epoch() : slot.epoch() + 1;
        if (epoch > MAX_EPOCH) {
            throw new UnsupportedFormatException(
                    "the store was recovered "
                            + MAX_EPOCH
                            + " times and has no transaction ids left: copy its entries to a new"
                            + " one");
        }
        DurableSlot next =
                new DurableSlot(
                        sequence,
                        epoch,
                        identity.bootHigh(),
                        identity.bootLow(),
                        latest.txn(),
                        latest,
                        slot.base(),
                        slot.image(),
                        Math.max(slot.endPage(), latest.endPage()));
        int victim = 1 - chosen.index();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment block = arena.allocate(Block.BYTES, Long.BYTES);
            next.write(header, block);
            storage.write(DurableSlot.position(victim), block, 0, Block.BYTES);
        }
        storage.sync();
        long end = header.fileBytes(next.endPage());
        if (!mayBeSameCache) {
            dropTail(end);
        } else if (isAlone) {
            // Whoever was killed while it mapped ahead has left a hole.
            cutTail(isTrusted ? Math.max(end, storage.writtenBytes()) : end);
        }
        return new Known(next, victim);
    }

    /**
     * Writes a slot again that no flush has confirmed: a failed one may have left it in the cache
     * only, and then the other slot, which the next write destroys, is the one on the medium.
     */
    private void rewriteSlot(Known unconfirmed) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment block = arena.allocate(Block.BYTES, Long.BYTES);
            unconfirmed.slot().write(header, block);
            long position = DurableSlot.position(unconfirmed.index());
            storage.write(position, block, 0, Block.BYTES);
        }
    }

    /**
     * After a power loss, blocks behind the end may be holes: they are written anew as it grows, or
     * now, where other processes map them.
     */
    private void dropTail(long end) {
        if (isAlone) {
            cutTail(end);
        } else if (end < storage.size()) {
            fillTail(end);
        }
    }

    private void cutTail(long end) {
        if (end < storage.size()) {
            storage.truncate(end);
        }
    }

    private void fillTail(long end) {
        StoreRoot followed = new StoreRoot();
        live.followed(followed);
        long from = Math.max(end, header.fileBytes(followed.endPage()));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment zeros = arena.allocate(STAGING_BYTES, 64);
            while (from < storage.size()) {
                long bytes = Math.min(STAGING_BYTES, storage.size() - from);
                storage.write(from, zeros, 0, bytes);
                from += bytes;
            }
        }
    }

    private void attach(Known known, StoreRoot latest, Identity identity, boolean keepsEpoch) {
        if (keepsEpoch) {
            live.clean(0);
            live.inFlight(0, 0);
            live.nextId(Math.max(live.nextId(), latest.txn()));
        } else {
            live.reset(header, identity, known.slot().epoch() << 48, isAlone);
        }
        live.known(known.sequence());
        live.publish(latest, known.sequence());
        live.poison(false);
        if (!keepsEpoch) {
            live.claim();
        }
        live.followPublished();
    }

    private void rewrite(StoreRoot root, long base) {
        try (Arena arena = Arena.ofShared()) {
            Rewrite rewrite = new Rewrite(base, arena.allocate(STAGING_BYTES, 64));
            new RootWalk(pages, rewrite).walk(root);
            rewrite.flush();
            storage.deliveryPoint();
        } catch (InternalError fault) {
            throw new StoreIoException("a page could not be sealed at opening", fault);
        }
    }

    /** A walk over what was born behind a root, each page once. */
    private abstract class Newer implements RootWalk.Visitor {
        private final long after;
        private final BitSet seen = new BitSet();
        private boolean isNamed;

        Newer(long after) {
            this.after = after;
        }

        @Override
        public final boolean enter(long pageId, long birth) {
            if (birth <= after) {
                return false;
            }
            boolean isInFile = pageId < pages.mappedBytes() >>> pageSize.shift();
            if (isNamed && isInFile && seen.get((int) pageId)) {
                return false;
            }
            if (!isInFile || seen.get((int) pageId)) {
                throw new CorruptStoreException(
                        pageId, "page " + pageId + " is referenced twice or outside the file");
            }
            seen.set((int) pageId);
            return true;
        }

        /** Several roots may reach the same page, one root only once. */
        @Override
        public final boolean follows(StoreRoot root) {
            isNamed = true;
            return true;
        }

        @Override
        public final boolean readsLeaves() {
            return true;
        }

        @Override
        public final void run(long firstPage, long birth, long runBytes) {
            if (birth > after) {
                newRun(firstPage, birth, runBytes);
            }
        }

        abstract void newRun(long firstPage, long birth, long runBytes);
    }

    /** Compares checksums. */
    private final class Verify extends Newer {
        private final boolean mustBeSealed;
        private final Checksum checksum = new Checksum(pageSize.bytes());

        Verify(long after, boolean mustBeSealed) {
            super(after);
            this.mustBeSealed = mustBeSealed;
        }

        @Override
        public void page(long pageId, long birth) {
            MemorySegment s = pages.segment(pageId);
            long page = pages.position(pageId);
            int stored = PageHeader.crc(s, page);
            if (stored == 0 && !mustBeSealed) {
                return;
            }
            int computed = checksum.ofPage(s, page, pageSize.bytes());
            if (stored != computed) {
                throw new CorruptStoreException(pageId, "checksum", computed, stored);
            }
        }

        @Override
        void newRun(long firstPage, long birth, long runBytes) {
            verifyRun(firstPage, birth, runBytes);
        }
    }

    private void verifyRun(long firstPage, long birth, long runBytes) {
        byte[] chunk = new byte[Checksum.CHUNK_BYTES];
        for (long at = 0; at < runBytes; at += chunk.length) {
            int length = (int) Math.min(chunk.length, runBytes - at);
            OverflowRun.read(pages, firstPage, birth, runBytes, at, chunk, 0, length);
        }
    }

    /**
     * Seals pages and writes them again, adjacent ones together. A seal is stored first, so that a
     * write that ends anywhere changes nothing that can be seen.
     */
    private final class Rewrite extends Newer {
        private final Checksum checksum = new Checksum(pageSize.bytes());
        private final MemorySegment staging;
        private @Nullable PageMap writable;
        private long stagedFrom;
        private long stagedPages;

        Rewrite(long after, MemorySegment staging) {
            super(after);
            this.staging = staging;
        }

        @Override
        public void page(long pageId, long birth) {
            long at = stage(pageId);
            int computed = checksum.ofPage(staging, at, pageSize.bytes());
            int stored = PageHeader.crc(staging, at);
            if (stored != 0 && stored != computed) {
                throw new CorruptStoreException(pageId, "checksum", computed, stored);
            }
            if (stored == 0) {
                PageHeader.crc(staging, at, computed);
                seal(pageId, computed);
            }
        }

        private void seal(long pageId, int computed) {
            if (writable == null) {
                writable = new PageMap(pageSize, storage.writableChunks(), null);
            }
            PageHeader.crc(writable.segment(pageId), writable.position(pageId), computed);
            storage.stored(pageId << pageSize.shift(), Integer.BYTES);
        }

        @Override
        void newRun(long firstPage, long birth, long runBytes) {
            verifyRun(firstPage, birth, runBytes);
            long count = pageSize.runPages(runBytes);
            for (long i = 0; i < count; i++) {
                stage(firstPage + i);
            }
        }

        private long stage(long pageId) {
            int pageBytes = pageSize.bytes();
            boolean isNext = pageId == stagedFrom + stagedPages;
            if (!isNext || (stagedPages + 1) * pageBytes > staging.byteSize()) {
                flush();
                stagedFrom = pageId;
            }
            long at = stagedPages++ * pageBytes;
            MemorySegment s = pages.segment(pageId);
            MemorySegment.copy(s, pages.position(pageId), staging, at, pageBytes);
            return at;
        }

        void flush() {
            if (stagedPages > 0) {
                long bytes = stagedPages << pageSize.shift();
                storage.write(stagedFrom << pageSize.shift(), staging, 0, bytes);
                stagedPages = 0;
            }
        }
    }
}
