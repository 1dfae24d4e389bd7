package dev.coppice.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PageVerifierTest {
    private static final PageSize SIZE = new PageSize(512);
    private static final long PAGE = 3;
    private static final long BIRTH = 10;

    private final MemorySegment file = Arena.ofAuto().allocate(4096, 512);
    private final long position = PAGE * SIZE.bytes();

    PageVerifierTest() {
        LeafPage.init(file, position, false, PAGE, BIRTH, 1, new byte[0], 0);
        seal();
    }

    private void seal() {
        int crc = new Checksum(SIZE.bytes()).ofPage(file, position, SIZE.bytes());
        PageHeader.crc(file, position, crc);
    }

    private void damage() {
        byte old = file.get(Bytes.U8, position + 300);
        file.set(Bytes.U8, position + 300, (byte) (old ^ 1));
    }

    private void visit(PageVerifier verifier) {
        PageMap pages = new PageMap(SIZE, new MemorySegment[] {file}, verifier);
        assertEquals(file, pages.visit(PAGE, BIRTH, 0));
    }

    @Test
    void damageIsFoundOnFirstTouch() {
        damage();
        PageVerifier verifier = new PageVerifier(false, BIRTH, SIZE.bytes());
        assertThrows(CorruptStoreException.class, () -> visit(verifier));
        assertThrows(CorruptStoreException.class, () -> visit(verifier));
        damage();
        visit(verifier);
        damage();
        visit(verifier);
    }

    @Test
    void damageIsFoundAlwaysIfWanted() {
        PageVerifier verifier = new PageVerifier(true, BIRTH, SIZE.bytes());
        visit(verifier);
        damage();
        assertThrows(CorruptStoreException.class, () -> visit(verifier));
    }

    @Test
    void pagesThatNeedNoSealAreNotVerified() {
        damage();
        PageVerifier verifier = new PageVerifier(true, BIRTH - 1, SIZE.bytes());
        visit(verifier);
        verifier.sealedUpTo(BIRTH);
        assertThrows(CorruptStoreException.class, () -> visit(verifier));
    }

    @Test
    void anotherPageIsNotTaken() {
        PageMap pages = new PageMap(SIZE, new MemorySegment[] {file}, null);
        assertThrows(CorruptStoreException.class, () -> pages.visit(PAGE, BIRTH + 1, 0));
        assertThrows(CorruptStoreException.class, () -> pages.visit(PAGE + 1, BIRTH, 0));
        assertThrows(CorruptStoreException.class, () -> pages.visit(PAGE, BIRTH, 1));
        assertThrows(CorruptStoreException.class, () -> pages.visit(8, BIRTH, 0));
        assertThrows(CorruptStoreException.class, () -> pages.visit((1L << 48) - 1, BIRTH, 0));
    }

    private static final long RUN = 5;
    private static final int RUN_BYTES = 700;
    private static final int DAMAGED = 650;

    private void makeRun() {
        byte[] value = new byte[RUN_BYTES];
        Arrays.fill(value, (byte) 7);
        long at = RUN * SIZE.bytes();
        MemorySegment.copy(value, 0, file, Bytes.U8, at, RUN_BYTES);
        int crc = new ChunkChecksum().of(RUN, BIRTH, 0, value, 0, RUN_BYTES);
        file.set(Bytes.U32, at + RUN_BYTES, crc);
    }

    private void damageRun() {
        file.set(Bytes.U8, RUN * SIZE.bytes() + DAMAGED, (byte) 8);
    }

    private PageMap pages(PageVerifier verifier) {
        return new PageMap(SIZE, new MemorySegment[] {file}, verifier);
    }

    /** {@return the byte that may be damaged} */
    private static int copyRun(PageMap pages) {
        byte[] target = new byte[RUN_BYTES + 3];
        OverflowRun.copy(pages, RUN, BIRTH, RUN_BYTES, target, 3);
        return target[DAMAGED + 3];
    }

    private static int copyRunToSegment(PageMap pages) {
        MemorySegment target = Arena.ofAuto().allocate(RUN_BYTES + 8);
        OverflowRun.copy(pages, RUN, BIRTH, RUN_BYTES, target, 8);
        return target.get(Bytes.U8, DAMAGED + 8);
    }

    @Test
    void damageOfARunIsFoundOnFirstTouch() {
        makeRun();
        damageRun();
        PageMap pages = pages(new PageVerifier(false, BIRTH, SIZE.bytes()));
        assertThrows(CorruptStoreException.class, () -> copyRun(pages));
        assertThrows(CorruptStoreException.class, () -> copyRunToSegment(pages));
        makeRun();
        assertEquals(7, copyRun(pages));
        damageRun();
        assertEquals(8, copyRun(pages));
        assertEquals(8, copyRunToSegment(pages));
    }

    @Test
    void damageOfARunIsFoundAlwaysIfWanted() {
        makeRun();
        PageMap pages = pages(new PageVerifier(true, BIRTH, SIZE.bytes()));
        assertEquals(7, copyRun(pages));
        assertEquals(7, copyRunToSegment(pages));
        damageRun();
        assertThrows(CorruptStoreException.class, () -> copyRun(pages));
        assertThrows(CorruptStoreException.class, () -> copyRunToSegment(pages));
    }

    @Test
    void runsThatNeedNoSealAreOnlyCopied() {
        makeRun();
        damageRun();
        assertEquals(8, copyRun(pages(new PageVerifier(true, BIRTH - 1, SIZE.bytes()))));
        PageVerifier never = new PageVerifier(false, PageVerifier.NEVER, SIZE.bytes());
        assertEquals(8, copyRun(pages(never)));
    }

    @Test
    void whoHasNoVerifierComparesRunsInAnyCase() {
        makeRun();
        PageMap pages = pages(null);
        assertEquals(7, copyRun(pages));
        damageRun();
        assertThrows(CorruptStoreException.class, () -> copyRun(pages));
        assertThrows(CorruptStoreException.class, () -> copyRunToSegment(pages));
    }

    @Test
    void idOfNoPageIsNotInTheFile() {
        PageMap pages = pages(new PageVerifier(false, BIRTH, SIZE.bytes()));
        byte[] target = new byte[8];
        for (long first : new long[] {1L << 37, (1L << 48) - 1}) {
            assertThrows(
                    CorruptStoreException.class,
                    () -> OverflowRun.copy(pages, first, BIRTH, 8, target, 0));
        }
    }

    @Test
    void whoCopiesARunToAnotherPlaceComparesItInAnyCase() {
        makeRun();
        PageMap pages = pages(new PageVerifier(false, BIRTH, SIZE.bytes()));
        assertEquals(7, copyRun(pages));
        damageRun();
        byte[] target = new byte[RUN_BYTES];
        assertThrows(
                CorruptStoreException.class,
                () -> OverflowRun.read(pages, RUN, BIRTH, RUN_BYTES, 0, target, 0, RUN_BYTES));
    }

    @Test
    void runThatLeavesTheFileIsNotCopied() {
        PageMap pages = pages(new PageVerifier(false, PageVerifier.NEVER, SIZE.bytes()));
        assertThrows(
                CorruptStoreException.class,
                () -> OverflowRun.copy(pages, RUN, BIRTH, 5000, new byte[5000], 0));
    }
}
