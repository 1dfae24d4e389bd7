package dev.coppice.engine.check;

import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.commit.ImageExtent;
import dev.coppice.engine.commit.NamedRoot;
import dev.coppice.engine.commit.Origin;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.Checksum;
import dev.coppice.engine.page.FamilyRecord;
import dev.coppice.engine.page.PageHeader;
import dev.coppice.engine.page.PageMap;
import dev.coppice.engine.page.PageSize;
import dev.coppice.engine.space.FreeMap;
import dev.coppice.engine.space.PendingFrees;
import dev.coppice.error.CorruptStoreException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Compares everything that a store root reaches with the format: the catalogue, the default family
 * and all others, and what the named snapshots reach that it lists. Where the free space is known
 * too, every page of the file is accounted for.
 *
 * <p>The root must be pinned, or nobody else have the store open. Made for one check. Thread
 * safety: one thread.
 */
public final class IntegrityCheck {
    private final PageMap pages;
    private final PageSize pageSize;
    private final long sealedUpTo;
    private final Problems problems = new Problems();
    private final Progress progress;
    private final List<NamedRoot> named = new ArrayList<>();

    /**
     * Who has the pages that a root does not reach, at that root.
     *
     * @param header tells which pages hold header and slots
     * @param images free-space images that hold pages
     * @param free free pages
     * @param pending superseded pages
     * @param areImagesKept whether the pages of the images cannot have been used again, with what
     *     was read before
     */
    public record Space(
            HeaderBlock header,
            List<ImageExtent> images,
            FreeMap free,
            PendingFrees pending,
            BooleanSupplier areImagesKept) {
        /** Where no checkpoint can come. */
        public Space(
                HeaderBlock header, List<ImageExtent> images, FreeMap free, PendingFrees pending) {
            this(header, images, free, pending, () -> true);
        }
    }

    /** A column family as the catalogue has it. */
    private record Family(String name, TreeRoot root) {}

    /**
     * Prepares a check.
     *
     * @param pages the file, as long as it was when the root was pinned or longer
     * @param sealedUpTo newest birth of pages that must carry a checksum
     */
    public IntegrityCheck(PageMap pages, PageSize pageSize, long sealedUpTo, Progress progress) {
        this.pages = pages;
        this.pageSize = pageSize;
        this.sealedUpTo = sealedUpTo;
        this.progress = progress;
    }

    /**
     * Checks what a root reaches.
     *
     * @param space what the rest of the file is, or null where that changes meanwhile
     */
    public CheckReport check(StoreRoot root, Space space) {
        long filePages = pages.mappedBytes() >>> pageSize.shift();
        long used = filePages;
        if (space != null) {
            // The file may have grown since.
            filePages = Math.min(filePages, space.free().pages());
            used = filePages - space.free().free();
        }
        PageAccounting accounting = new PageAccounting(filePages, problems);
        Steps steps = new Steps(progress, used);
        long entries;
        FreeMap others = null;
        try (Arena arena = Arena.ofShared()) {
            TreeCheck trees =
                    new TreeCheck(pages, pageSize, sealedUpTo, accounting, problems, steps, arena);
            checkTrees(trees, root, "");
            entries = trees.entries();
            if (root.names() != named.size()) {
                problems.add(
                        Path.of("catalogue"),
                        named.size() + " named snapshots where " + root.names() + " were expected");
            }
            if (!named.isEmpty()) {
                accounting.startNamed();
                checkNamed(trees);
                others = accounting.endNamed();
            }
        }
        long reached = accounting.claimed();
        if (space != null) {
            account(space, accounting, others, steps);
        }
        return new CheckReport(problems.kept(), problems.count(), reached, entries);
    }

    /** Checks the trees of one root; {@code owner} goes ahead of their names. */
    private void checkTrees(TreeCheck trees, StoreRoot root, String owner) {
        List<Family> families = new ArrayList<>();
        Path catalogue = Path.of(owner + "catalogue");
        trees.check(
                root.catalogue(),
                root.txn(),
                catalogue,
                (key, record, path) -> addRecord(families, owner, key, record, path));
        trees.check(root.defaultFamily(), root.txn(), Path.of(owner + "default family"), null);
        for (Family family : families) {
            trees.check(family.root(), root.txn(), Path.of(family.name()), null);
        }
        checkIds(families, catalogue);
    }

    /** Checks what the named roots do not share with the newest one, nor with each other. */
    private void checkNamed(TreeCheck trees) {
        List<NamedRoot> newestFirst = new ArrayList<>(named);
        newestFirst.sort(
                Comparator.comparingLong((NamedRoot each) -> each.root().txn()).reversed());
        for (NamedRoot each : newestFirst) {
            checkTrees(trees, each.root(), "snapshot " + each.name() + ", ");
        }
    }

    private void addRecord(
            List<Family> families, String owner, byte[] key, byte[] record, Path path) {
        String name = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
        if (NamedRoot.isKey(key)) {
            addNamed(owner, key, record, path);
            return;
        }
        if (Origin.isKey(key)) {
            return;
        }
        if (key[0] != 'F') {
            problems.add(path, "key of the catalogue starts with byte " + key[0]);
            return;
        }
        try {
            TreeRoot root =
                    new TreeRoot(
                            FamilyRecord.familyId(record),
                            FamilyRecord.rootWord(record),
                            FamilyRecord.rootBirth(record),
                            FamilyRecord.entryCount(record));
            families.add(new Family(owner + "family " + name, root));
        } catch (CorruptStoreException e) {
            problems.add(path, e.getMessage());
        }
    }

    /** A root that was named itself lists names that keep nothing. */
    private void addNamed(String owner, byte[] key, byte[] record, Path path) {
        try {
            NamedRoot found = NamedRoot.of(key, record);
            if (owner.isEmpty()) {
                named.add(found);
            }
        } catch (CorruptStoreException e) {
            problems.add(path, e.getMessage());
        }
    }

    private void checkIds(List<Family> families, Path path) {
        Set<Integer> ids = new HashSet<>();
        ids.add(StoreRoot.CATALOGUE_FAMILY);
        ids.add(StoreRoot.DEFAULT_FAMILY);
        for (Family family : families) {
            if (!ids.add(family.root().family())) {
                problems.add(path, family.name() + " has the id of another family");
            }
        }
    }

    private void account(Space space, PageAccounting accounting, FreeMap others, Steps steps) {
        Path header = Path.of("header");
        for (long page = 0; page < accounting.filePages(); page++) {
            if (space.header().holds(page)) {
                accounting.claim(page, 1, header);
            }
        }
        for (ImageExtent image : space.images()) {
            checkImage(image, space.areImagesKept(), accounting, steps);
        }
        long[] ids = named.stream().mapToLong(each -> each.root().txn()).sorted().toArray();
        accounting.claimSpace(space.free(), space.pending(), others, ids);
        accounting.reportLeaks();
    }

    /** A checkpoint may give the pages of an image away while it is looked at. */
    private void checkImage(
            ImageExtent image, BooleanSupplier isKept, PageAccounting accounting, Steps steps) {
        Path path = Path.of("free-space image");
        if (!accounting.claim(image.firstPage(), image.pages(), path)) {
            return;
        }
        Checksum checksum = new Checksum(pageSize.bytes());
        for (long i = 0; i < image.pages(); i++) {
            long pageId = image.firstPage() + i;
            String problem = problemOf(image, pageId, checksum);
            if (problem != null && isKept.getAsBoolean()) {
                problems.add(path.page(pageId), problem);
            }
            steps.pages(1);
        }
    }

    private String problemOf(ImageExtent image, long pageId, Checksum checksum) {
        MemorySegment s = pages.segment(pageId);
        long page = pages.position(pageId);
        if (PageHeader.type(s, page) != PageHeader.IMAGE
                || PageHeader.pageId(s, page) != pageId
                || PageHeader.birth(s, page) != image.birth()) {
            return "is another page";
        }
        boolean isIntact = PageHeader.crc(s, page) == checksum.ofPage(s, page, pageSize.bytes());
        return isIntact ? null : "wrong checksum";
    }
}
