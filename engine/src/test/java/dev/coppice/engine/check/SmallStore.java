package dev.coppice.engine.check;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.EntryRuns;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.page.BranchPage;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.page.Reference;
import dev.coppice.storage.MemoryStorage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sealed store of a few pages, one of each kind, whose bytes can be changed. */
final class SmallStore implements AutoCloseable {
    static final int PAGE_BYTES = 512;
    private static final int LONGEST_VALUE_BYTES = 5000;

    final MemoryStorage storage = new MemoryStorage(1 << 24);
    final Engine engine;
    final List<byte[]> keys = new ArrayList<>();

    /** Pages that the root reaches: how many bytes of each mean something. */
    final Map<Long, Integer> meaning = new TreeMap<>();

    /** Pages of trees among them. */
    final List<Long> treePages = new ArrayList<>();

    private byte[] original;

    SmallStore() throws InterruptedException {
        EngineOptions options =
                new EngineOptions(new PageSize(PAGE_BYTES), EngineOptions.Verify.NEVER, 4096);
        engine = Engine.open(storage, options, 1);
        WriteView view = engine.begin(false, 0);
        for (int i = 0; i < 40; i++) {
            put(view, view.defaultFamily(), key(i), new byte[i % 9]);
        }
        put(view, view.defaultFamily(), key(100), new byte[700]);
        put(view, view.defaultFamily(), Arrays.copyOf(key(101), 200), new byte[5]);
        put(view, view.defaultFamily(), Arrays.copyOf(key(101), 201), new byte[5]);
        TreeRoot other = view.createFamily("other");
        for (int i = 0; i < 6; i++) {
            put(view, other, key(i), new byte[i == 3 ? LONGEST_VALUE_BYTES : 3]);
        }
        engine.commit(view, 2);
        engine.checkpoint(0);
        try (Inspection inspection = engine.inspect(3)) {
            collect(inspection);
        }
        keep();
    }

    static byte[] key(int i) {
        return "key number %05d".formatted(i).getBytes(StandardCharsets.US_ASCII);
    }

    private void put(WriteView view, TreeRoot tree, byte[] key, byte[] value) {
        Arrays.fill(value, (byte) 'v');
        view.put(tree, key, key.length, value, 0, value.length);
        keys.add(key);
    }

    private void collect(Inspection inspection) {
        PageMap pages = inspection.view().pages();
        collect(pages, inspection.view().root().catalogue());
        collect(pages, inspection.view().root().defaultFamily());
        collect(pages, family(inspection.view()));
        long image = inspection.known().image().firstPage();
        for (long page = image; page < image + inspection.known().image().pages(); page++) {
            meaning.put(page, PAGE_BYTES);
        }
    }

    static TreeRoot family(ReadView view) {
        return view.family("Fother".getBytes(StandardCharsets.US_ASCII));
    }

    private void collect(PageMap pages, TreeRoot root) {
        collect(pages, root.pageId(), root.birth());
    }

    private void collect(PageMap pages, long pageId, long birth) {
        MemorySegment s = pages.visit(pageId, birth, -1);
        long page = pages.position(pageId);
        meaning.put(pageId, PAGE_BYTES);
        treePages.add(pageId);
        EntryRuns.forEach(s, page, PAGE_BYTES, (first, _, bytes) -> collectRun(first, bytes));
        if (PageHeader.level(s, page) > 0) {
            for (int i = 0; i < BranchPage.children(s, page); i++) {
                long reference = BranchPage.child(s, page, i);
                long word = Reference.word(s, reference);
                collect(pages, Reference.pageId(word), Reference.birth(s, reference));
            }
        }
    }

    private void collectRun(long first, long bytes) {
        long left = bytes + (bytes + Checksum.CHUNK_BYTES - 1) / Checksum.CHUNK_BYTES * 4;
        for (long page = first; left > 0; page++) {
            meaning.put(page, (int) Math.min(left, PAGE_BYTES));
            left -= PAGE_BYTES;
        }
    }

    /** {@return the whole file, which fits one chunk} */
    MemorySegment file() {
        return storage.writableChunks()[0];
    }

    long position(long page) {
        return page * PAGE_BYTES;
    }

    /** Sets the checksum of a changed page. */
    void seal(long page) {
        int crc = new Checksum(PAGE_BYTES).ofPage(file(), position(page), PAGE_BYTES);
        PageHeader.crc(file(), position(page), crc);
    }

    void flip(long position, int mask) {
        byte old = file().get(ValueLayout.JAVA_BYTE, position);
        file().set(ValueLayout.JAVA_BYTE, position, (byte) (old ^ mask));
    }

    private byte[] content() {
        return file().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Lets {@link #restore} return to the bytes as they are now. */
    void keep() {
        original = content();
    }

    /** Makes all bytes what they were. */
    void restore() {
        MemorySegment.copy(original, 0, file(), ValueLayout.JAVA_BYTE, 0, original.length);
    }

    CheckReport check() {
        try (Inspection inspection = engine.inspect(4)) {
            return check(inspection, spaceOf(inspection));
        }
    }

    static CheckReport check(Inspection inspection, IntegrityCheck.Space space) {
        PageMap pages = inspection.view().pages();
        PageSize pageSize = new PageSize(pages.pageBytes());
        return new IntegrityCheck(pages, pageSize, inspection.sealedUpTo(), Progress.NONE)
                .check(inspection.view().root(), space);
    }

    static IntegrityCheck.Space spaceOf(Inspection inspection) {
        return new IntegrityCheck.Space(
                inspection.header(),
                inspection.known().image().firstPage() == 0
                        ? List.of()
                        : List.of(inspection.known().image()),
                inspection.free(),
                inspection.pending());
    }

    @Override
    public void close() {
        restore();
        engine.close();
    }
}
