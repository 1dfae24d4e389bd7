package dev.coppice.fuzz.corrupt;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.Reference;
import dev.coppice.engine.page.SlottedPage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Changes one thing in the files of a store. Thread safety: one thread. */
final class Damage {
    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        -1,
        -2,
        127,
        128,
        255,
        256,
        511,
        512,
        1023,
        32_767,
        32_768,
        65_535,
        1L << 31,
        (1L << 31) - 1,
        1L << 32,
        1L << 47,
        1L << 48,
        (1L << 48) - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final int BLOCK_BYTES = 4096;

    /** Holes are up to half a terabyte long. */
    private static final int MAX_HOLE_BITS = 28;

    private final RandomGenerator random;
    private final FileCopy copy;
    private MemorySegment file;
    private final int pageBytes;
    private final Checksum pageChecksum;
    private final List<Long> pages;

    /** Which file a kind of damage is done to, and whether that can be done to any but a file. */
    private enum Place {
        DATA,
        DATA_LENGTH,
        LIVE,
        LIVE_LENGTH
    }

    /** Kinds of damage. Where nothing else is said, every checksum is right. */
    enum Kind {
        ANY_BYTE(Place.DATA),
        PAGE_HEADER(Place.DATA),
        ENTRY_OFFSET(Place.DATA),
        REFERENCE(Place.DATA),
        OTHER_PAGE(Place.DATA),
        DURABLE_SLOT(Place.DATA),
        FILE_HEADER(Place.DATA),
        CUT(Place.DATA),
        /** One bit; a checksum tells. */
        UNSEALED(Place.DATA),
        /** A block of zeros; a checksum tells. */
        ZEROED(Place.DATA),
        EXTENDED(Place.DATA),
        EMPTY(Place.DATA_LENGTH),
        RAGGED(Place.DATA_LENGTH),
        SPARSE(Place.DATA_LENGTH),
        LIVE_ANY_BYTE(Place.LIVE),
        LIVE_WORD(Place.LIVE),
        LIVE_PUBLISHED(Place.LIVE),
        LIVE_READERS(Place.LIVE),
        LIVE_PROCESSES(Place.LIVE),
        LIVE_TORN(Place.LIVE),
        LIVE_EMPTY(Place.LIVE_LENGTH),
        LIVE_CUT(Place.LIVE_LENGTH),
        LIVE_SPARSE(Place.LIVE_LENGTH);

        private final Place place;

        Kind(Place place) {
            this.place = place;
        }

        /** {@return whether it is the live file's} */
        boolean isLive() {
            return place == Place.LIVE || place == Place.LIVE_LENGTH;
        }

        /** {@return whether it makes a length that only a file has} */
        boolean isLength() {
            return place == Place.DATA_LENGTH || place == Place.LIVE_LENGTH;
        }

        /** {@return whether every answer is right or an error, where all pages are sealed} */
        boolean isTold() {
            return this == UNSEALED
                    || this == ZEROED
                    || this == EXTENDED
                    || this == SPARSE
                    || (isLive() && this != LIVE_PUBLISHED);
        }
    }

    Damage(RandomGenerator random, FileCopy copy, Specimen specimen) {
        this.random = random;
        this.copy = copy;
        this.file = copy.data();
        this.pageBytes = specimen.pageBytes();
        this.pageChecksum = new Checksum(pageBytes);
        this.pages = specimen.pages();
    }

    void inflict(Kind kind) {
        switch (kind) {
            case ANY_BYTE -> anyBytes();
            case PAGE_HEADER -> pageHeader();
            case ENTRY_OFFSET -> entryOffset();
            case REFERENCE -> reference();
            case OTHER_PAGE -> otherPage();
            case DURABLE_SLOT -> block((1L + random.nextInt(2)) * BLOCK_BYTES, 400, random);
            case FILE_HEADER -> header();
            case CUT -> copy.dataBytes(random.nextInt(blocks() + 1) * (long) BLOCK_BYTES);
            case UNSEALED -> {
                long at = random.nextLong(file.byteSize());
                setByte(at, file.get(Bytes.U8, at) ^ 1 << random.nextInt(8));
            }
            case ZEROED ->
                    file.asSlice(random.nextInt(blocks()) * (long) BLOCK_BYTES, BLOCK_BYTES)
                            .fill((byte) 0);
            case EXTENDED -> extend();
            case EMPTY -> copy.dataBytes(0);
            case RAGGED -> copy.dataBytes(random.nextLong(file.byteSize()));
            case SPARSE ->
                    copy.dataBytes(
                            file.byteSize()
                                    + ((long) BLOCK_BYTES << random.nextInt(MAX_HOLE_BITS)));
            default -> new LiveDamage(random, copy, this::value).inflict(kind);
        }
    }

    private int blocks() {
        return (int) (file.byteSize() / BLOCK_BYTES);
    }

    private void anyBytes() {
        long page = page();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            setByte(page + random.nextInt(pageBytes), random.nextInt(256));
        }
        seal(page);
    }

    private void extend() {
        byte[] tail = new byte[BLOCK_BYTES * (1 + random.nextInt(16))];
        byte fill = (byte) random.nextInt(256);
        for (int i = 0; i < tail.length; i++) {
            tail[i] = (byte) (fill * i);
        }
        copy.append(tail);
        file = copy.data();
    }

    private void header() {
        long seed = random.nextLong();
        boolean isBoth = random.nextBoolean();
        block(0, 80, new Random(seed));
        if (isBoth) {
            block(HeaderBlock.COPY_POSITION, 80, new Random(seed));
        }
    }

    private long page() {
        return pages.get(random.nextInt(pages.size()));
    }

    private long value() {
        return value(random);
    }

    private static long value(RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextLong();
            default -> random.nextInt(1 << random.nextInt(1, 18));
        };
    }

    private void setByte(long at, int value) {
        file.set(Bytes.U8, at, (byte) value);
    }

    private void setShort(long at, int value) {
        file.set(Bytes.U16, at, (short) value);
    }

    private void seal(long page) {
        PageHeader.crc(file, page, pageChecksum.ofPage(file, page, pageBytes));
    }

    private void pageHeader() {
        long page = page();
        switch (random.nextInt(7)) {
            case 0 -> setByte(page + PageHeader.TYPE_OFFSET, random.nextInt(5));
            case 1 -> setByte(page + PageHeader.LEVEL_OFFSET, (int) value());
            case 2 -> setShort(page + PageHeader.FLAGS_OFFSET, random.nextInt(4));
            case 3 -> setShort(page + PageHeader.COUNT_OFFSET, (int) value() & 0xFFFF);
            case 4 -> setShort(page + PageHeader.PREFIX_BYTES_OFFSET, (int) value() & 0xFFFF);
            case 5 -> file.set(Bytes.U32, page + PageHeader.FAMILY_OFFSET, (int) value());
            default ->
                    setShort(
                            page
                                    + (random.nextBoolean()
                                            ? SlottedPage.HEAP_BYTES_OFFSET
                                            : SlottedPage.DEAD_BYTES_OFFSET),
                            (int) value() & 0xFFFF);
        }
        seal(page);
    }

    private void entryOffset() {
        long page = page();
        int count = Math.max(1, PageHeader.count(file, page));
        long slots =
                page
                        + SlottedPage.PREFIX_OFFSET
                        + PageHeader.prefixBytes(file, page)
                        + (long) SlottedPage.HEAD_BYTES * count;
        long at = slots + (long) SlottedPage.SLOT_BYTES * random.nextInt(count);
        if (at + Short.BYTES <= page + pageBytes) {
            boolean isOther = random.nextBoolean();
            setShort(at, (int) (isOther ? random.nextInt(pageBytes) : value()) & 0xFFFF);
        }
        seal(page);
    }

    /** Lets something that looks like a reference name another page, or an impossible one. */
    private void reference() {
        long page = page();
        List<Long> found = new ArrayList<>();
        for (long at = page + PageHeader.BYTES; at + Reference.BYTES <= page + pageBytes; at++) {
            if (Specimen.isReference(file, at, pageBytes)) {
                found.add(at);
            }
        }
        if (found.isEmpty()) {
            entryOffset();
            return;
        }
        long at = found.get(random.nextInt(found.size()));
        long other = page();
        switch (random.nextInt(4)) {
            case 0 -> {
                Reference.word(file, at, PageHeader.pageId(file, other));
                Reference.birth(file, at, PageHeader.birth(file, other));
            }
            case 1 -> Reference.word(file, at, value());
            case 2 -> Reference.birth(file, at, value());
            default -> Reference.count(file, at, value());
        }
        seal(page);
    }

    private void otherPage() {
        long page = page();
        long other = page();
        long id = PageHeader.pageId(file, page);
        long birth = PageHeader.birth(file, page);
        MemorySegment.copy(file, other, file, page, pageBytes);
        PageHeader.rename(file, page, id, birth);
        seal(page);
    }

    private void block(long block, int bytes, RandomGenerator random) {
        long at = block + (long) random.nextInt(bytes / Long.BYTES) * Long.BYTES;
        file.set(Bytes.U64, at, value(random));
        long end = BLOCK_BYTES - Integer.BYTES;
        int crc = new Checksum(BLOCK_BYTES).of(file, block, (int) end);
        file.set(Bytes.U32, block + end, crc);
    }
}
