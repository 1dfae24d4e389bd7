package dev.coppice.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
}
