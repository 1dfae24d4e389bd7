package dev.coppice.fuzz.corrupt;

import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.page.Bytes;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What Jazzer calls with the bytes of a data file, of which it sets the checksums right first.
 * Thread safety: one thread.
 */
public final class FileTarget {
    private static final int PAGE_BYTES = 512;
    private static final int BLOCK_BYTES = 4096;
    private static final int MAX_BYTES = 1 << 20;
    private static final Specimen SPECIMEN = Specimen.closed(PAGE_BYTES);
    private static final Checksum BLOCK_CHECKSUM = new Checksum(BLOCK_BYTES);
    private static final Checksum PAGE_CHECKSUM = new Checksum(PAGE_BYTES);

    private FileTarget() {}

    /** Is called by Jazzer before all inputs. */
    public static void fuzzerInitialize() {
        Trial.warmUp(SPECIMEN);
    }

    /** Examines a file of these bytes; throws where the store does not tell of what is wrong. */
    public static void fuzzerTestOneInput(byte[] input) {
        int length = Math.min(MAX_BYTES, input.length - input.length % BLOCK_BYTES);
        byte[] bytes = Arrays.copyOf(input, length);
        seal(MemorySegment.ofArray(bytes));
        FileCopy copy = FileCopy.of(bytes);
        new Trial(SPECIMEN, copy, false, new Choices(input)).inMemory();
    }

    private static void seal(MemorySegment file) {
        for (long at = 0; at < file.byteSize(); at += PAGE_BYTES) {
            boolean isBlock = at < HeaderBlock.END;
            if (isBlock && at % BLOCK_BYTES == 0) {
                int end = BLOCK_BYTES - Integer.BYTES;
                file.set(Bytes.U32, at + end, BLOCK_CHECKSUM.of(file, at, end));
            } else if (!isBlock && PageHeader.crc(file, at) != 0) {
                PageHeader.crc(file, at, PAGE_CHECKSUM.ofPage(file, at, PAGE_BYTES));
            }
        }
    }

    /** {@return a file that it finds no fault with} */
    static byte[] sound() {
        return FileCopy.of(SPECIMEN).data().toArray(ValueLayout.JAVA_BYTE);
    }
}
