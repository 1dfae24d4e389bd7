package dev.coppice.storage;

import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.CorruptStoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The file grows, and the last chunk of its mapping is replaced by a longer one, while a reader
 * resolves a page in it: the newest page that it has heard of is always there, and itself.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the page that was the last one before")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "a page behind the growth")
@Outcome(id = "3", expect = Expect.FORBIDDEN, desc = "outside the file, or another page")
@Outcome(expect = Expect.FORBIDDEN, desc = "an error that is not the reader's")
@State
public class LastChunkRace {
    private static final PageSize PAGE_SIZE = new PageSize(4096);
    private static final long BIRTH = 1;

    /** The system limits the mappings of a process; old ones go with the garbage. */
    private static final long MAX_PAGES = 2_000;

    private static final Path FILE = newFile();

    private static volatile Growing growing = new Growing();

    /** A mapping and the newest page that readers may know of. */
    private static final class Growing {
        private final MappedChunks chunks = MappedChunks.readable(FILE, Arena.ofAuto());
        private volatile long newest;

        Growing() {
            grow(1);
        }

        void grow(long pages) {
            try {
                chunks.resize(pages * PAGE_SIZE.bytes());
                newest = pages - 1;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** All pages are there from the beginning: growth is that of the mapping. */
    private static Path newFile() {
        try {
            Path path = Files.createTempFile("coppice-last-chunk", "");
            path.toFile().deleteOnExit();
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                for (long page = 0; page < MAX_PAGES; page++) {
                    MemorySegment bytes = MemorySegment.ofArray(new byte[PAGE_SIZE.bytes()]);
                    PageHeader.init(bytes, 0, PageHeader.LEAF, 0, 0, page, BIRTH, 1, 0);
                    file.write(bytes.toArray(ValueLayout.JAVA_BYTE));
                }
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final long before = growing.newest;

    @Actor
    public void reader(I_Result result) {
        try {
            Growing seen = growing;
            long page = seen.newest;
            new PageMap(PAGE_SIZE, seen.chunks.segments(), null).visit(page, BIRTH, 0);
            result.r1 = page == before ? 1 : 2;
        } catch (CorruptStoreException e) {
            result.r1 = 3;
        } catch (RuntimeException e) {
            result.r1 = 4;
        }
    }

    @Actor
    public void writer() {
        long pages = growing.newest + 2;
        if (pages > MAX_PAGES) {
            growing = new Growing();
        } else {
            growing.grow(pages);
        }
    }
}
