package dev.coppice.engine;

import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.space.FreeMap;
import java.util.function.LongSupplier;

/**
 * The end of the file, as a vacuum sees it: up to where pages are to be moved down, and that nobody
 * takes pages there meanwhile.
 *
 * <p>Thread safety: any thread; one vacuum at a time.
 */
public final class TailSpace {
    private final Roles roles;
    private final OpenStore store;
    private final Room room;
    private final LongSupplier pinned;

    /**
     * What a vacuum may do.
     *
     * @param limitPage pages from here on are to be moved
     * @param usedEndPage one past the last page that is not free
     * @param targetPage where the file could end, if all pages behind were moved
     */
    public record Plan(long limitPage, long usedEndPage, long targetPage) {
        /** {@return whether there is anything behind the limit} */
        public boolean hasTail() {
            return limitPage < usedEndPage;
        }
    }

    /**
     * Creates the end of a file.
     *
     * @param pinned pages that snapshots keep from being free
     */
    TailSpace(Roles roles, OpenStore store, Room room, LongSupplier pinned) {
        this.pinned = pinned;
        this.roles = roles;
        this.store = store;
        this.room = room;
    }

    /**
     * Plans a pass over the store, and has everybody take pages below the limit from here on.
     *
     * @param maxPages how many pages to move at most, 0 for all that can be
     * @param waitNanos how long to wait for a running transaction
     * @return null where that goes on for longer
     */
    public Plan plan(long maxPages, long waitNanos) {
        if (!roles.tryWriter(waitNanos)) {
            return null;
        }
        try {
            store.reapReaders();
            store.commits().settle();
            store.commits().reclaim();
            Plan plan = room.atFixedSize(() -> plan(maxPages));
            store.allocator().ceiling(plan.limitPage());
            return plan;
        } finally {
            roles.releaseWriter();
        }
    }

    /** What only the last checkpoint keeps, the next one frees: it needs no place of its own. */
    private Plan plan(long maxPages) {
        FreeMap free = store.allocator().freeMap();
        long pending = store.allocator().pending().pages();
        long used = free.pages() - free.free() - pending + Math.min(pending, pinned.getAsLong());
        long target = used + room.slackPages(used);
        long limit = maxPages == 0 ? target : Math.max(target, free.limitBelowUsed(maxPages));
        return new Plan(limit, free.usedEnd(), target);
    }

    /** Has everybody take pages anywhere again. */
    public void end() {
        store.allocator().liftCeiling();
    }
}
