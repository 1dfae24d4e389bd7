package dev.coppice.fuzz.corrupt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Progress;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.Verify;
import dev.coppice.engine.page.Reference;
import dev.coppice.error.CorruptStoreException;
import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages files and sets their checksums right again. */
final class CorruptSuiteTest {
    private static final int VALUE_BYTES = 5000;

    @TempDir Path directory;

    private void requireAnswersOrErrors(long seed, int files, String where)
            throws IOException, InterruptedException {
        Budget budget = new Budget(seed, 0, files, false, where, null);
        Run run = new Run("corrupt", budget, directory, System.out);
        new CorruptRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void damagedStoreAnswersOrSaysWhy() throws IOException, InterruptedException {
        requireAnswersOrErrors(10_000, 500, "memory");
    }

    @Test
    void damagedStoreOfAKilledProcessAnswersOrSaysWhy() throws IOException, InterruptedException {
        requireAnswersOrErrors(40_000, 200, "killed");
    }

    @Test
    void damagedLiveFileBesideAReaderIsAnswersOrErrors() throws IOException, InterruptedException {
        requireAnswersOrErrors(50_000, 200, "beside");
    }

    /** Were it not, damage of live files in files would prove nothing. */
    @Test
    void liveFileThatIsWrittenAgainIsTrusted() throws IOException {
        Path path = directory.resolve("store");
        Specimen specimen = Specimen.inFile(512, path);
        Trial.restore(path, FileCopy.of(specimen));
        StoreConfig config = StoreConfig.defaults().withVerify(Verify.ALWAYS);
        try (Store store = Store.open(path, config)) {
            assertEquals(specimen.newest(), store.latestTxn());
            assertTrue(store.check(Progress.NONE).problems().isEmpty());
        }
    }

    @Test
    void damagedFileAnswersOrSaysWhy() throws IOException, InterruptedException {
        requireAnswersOrErrors(20_000, 60, "file");
    }

    @Test
    @Tag("slow")
    void damagedFilesAnswerOrSayWhy() throws IOException, InterruptedException {
        requireAnswersOrErrors(30_000, 20_000, null);
    }

    /**
     * Damage that led to other errors than those of the store: a page that became free twice, runs
     * outside the file, a rebuild that failed half-way and kept the room for its copy, pages born
     * after their death, a split of keys out of order, a page size of zero.
     */
    @ParameterizedTest
    @CsvSource({
        "OTHER_PAGE, 58",
        "REFERENCE, 228",
        "REFERENCE, 282",
        "PAGE_HEADER, 469",
        "DURABLE_SLOT, 806",
        "PAGE_HEADER, 1234",
        "FILE_HEADER, 1500",
        "DURABLE_SLOT, 1841",
        "ENTRY_OFFSET, 2432"
    })
    void damageThatWasNotToldOnce(String kind, long seed) throws IOException, InterruptedException {
        requireAnswersOrErrors(seed, 1, "memory/" + kind);
    }

    /**
     * The free space of a killed store is found by a walk, which left pages with bad offsets and
     * lengths as IndexOutOfBoundsException, and took runs outside the file for superseded ones.
     */
    @ParameterizedTest
    @CsvSource({
        "PAGE_HEADER, 40155",
        "PAGE_HEADER, 105605",
        "PAGE_HEADER, 106846",
        "ENTRY_OFFSET, 100251",
        "ENTRY_OFFSET, 100761",
        "REFERENCE, 100031",
        "ANY_BYTE, 104686"
    })
    void damageThatTheWalkOfAKilledStoreDidNotTell(String kind, long seed)
            throws IOException, InterruptedException {
        requireAnswersOrErrors(seed, 1, "killed/" + kind);
    }

    /**
     * The writer made the live file as long as the count said, for minutes, and ran out of heap.
     */
    @ParameterizedTest
    @ValueSource(longs = {51, 63, 213, 333})
    void countOfReadersThatIsImpossibleIsAnError(long seed)
            throws IOException, InterruptedException {
        requireAnswersOrErrors(seed, 1, "beside/LIVE_READERS");
    }

    /** Its length became an array on the heap. */
    @ParameterizedTest
    @ValueSource(longs = {22, 137})
    void liveFileOfTerabytesOpens(long seed) throws IOException, InterruptedException {
        requireAnswersOrErrors(seed, 1, "file/LIVE_SPARSE");
    }

    /** It looked for the extents of the run, in a list of exabytes. */
    @Test
    void checkpointOfARunOutsideTheFileIsAnError() {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        try (Store store = Store.on(disk, StoreConfig.defaults().withPageBytes(512))) {
            store.put(new byte[] {1}, new byte[VALUE_BYTES]);
            Storage storage = disk;
            MemorySegment file = storage.writableChunks()[0];
            boolean isFound = false;
            for (long at = 0; at + Reference.BYTES <= file.byteSize(); at++) {
                boolean isRun =
                        Reference.count(file, at) == VALUE_BYTES
                                && Reference.birth(file, at) == store.latestTxn();
                if (isRun) {
                    Reference.count(file, at, 1L << 60);
                    isFound = true;
                }
            }
            assertTrue(isFound);
            assertThrows(CorruptStoreException.class, store::checkpoint);
        }
        disk.discard();
    }
}
