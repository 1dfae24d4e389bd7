package dev.coppice.engine.check;

import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.OverflowRun;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.MemorySegment;

/**
 * Claims overflow runs and compares the checksums of all their chunks.
 *
 * <p>Thread safety: one thread.
 */
final class RunCheck {
    private final PageMap pages;
    private final PageSize pageSize;
    private final PageAccounting accounting;
    private final Problems problems;
    private final Steps steps;
    private final byte[] chunk = new byte[Checksum.CHUNK_BYTES];

    RunCheck(
            PageMap pages,
            PageSize pageSize,
            PageAccounting accounting,
            Problems problems,
            Steps steps) {
        this.pages = pages;
        this.pageSize = pageSize;
        this.accounting = accounting;
        this.problems = problems;
        this.steps = steps;
    }

    /**
     * {@return whether the run is intact and its length is in bounds; if not, it is told}
     *
     * @param maxBirth birth of the page that owns the run
     */
    boolean isIntact(
            MemorySegment s,
            long reference,
            long minBytes,
            long maxBytes,
            long maxBirth,
            Path path) {
        long word = Reference.word(s, reference);
        long first = Reference.pageId(word);
        long birth = Reference.birth(s, reference);
        long bytes = Reference.count(s, reference);
        Path runPath = path.run(first);
        if (Reference.flags(word) != 0) {
            problems.add(runPath, "flags in the reference: " + (Reference.flags(word) >>> 48));
        }
        if (bytes < minBytes || bytes > maxBytes) {
            problems.add(
                    runPath,
                    "length " + bytes + " is not between " + minBytes + " and " + maxBytes);
            return false;
        }
        if (birth <= 0 || birth > maxBirth) {
            problems.add(runPath, "born " + birth + " in a page born " + maxBirth);
        }
        // A key is read again where several roots share its run.
        return (accounting.isShared(first)
                        || accounting.claim(first, pageSize.runPages(bytes), runPath))
                && areChunksIntact(first, birth, bytes, runPath);
    }

    private boolean areChunksIntact(long first, long birth, long bytes, Path path) {
        long pagesPerChunk = Math.max(1, Checksum.CHUNK_BYTES >> pageSize.shift());
        boolean isIntact = true;
        for (long from = 0; from < bytes; from += chunk.length) {
            int length = (int) Math.min(chunk.length, bytes - from);
            try {
                OverflowRun.read(pages, first, birth, bytes, from, chunk, 0, length);
            } catch (CorruptStoreException e) {
                problems.add(path, e.getMessage());
                isIntact = false;
            }
            steps.pages(pagesPerChunk);
        }
        return isIntact;
    }

    /** Copies an intact run. */
    void read(MemorySegment s, long reference, byte[] target, int at) {
        long first = Reference.pageId(Reference.word(s, reference));
        int bytes = (int) Reference.count(s, reference);
        OverflowRun.read(pages, first, Reference.birth(s, reference), bytes, 0, target, at, bytes);
    }
}
