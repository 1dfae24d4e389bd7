package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.CorruptStoreException;
import dev.coppice.error.StoreException;
import dev.coppice.storage.MemoryStorage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: whatever byte of a store is damaged, every answer is right or an error of the store.
 *
 * <p>Method: the bytes of a store that was closed in order are changed one at a time, and the store
 * is opened on them, read in full and written to. It is one of the two states that its durable
 * slots name; a damaged newer slot is a torn one, and falls back to the state before.
 */
class DamagedStoreTest {
    private static final int PAGE_BYTES = 512;
    private static final StoreConfig CONFIG = StoreConfig.defaults().withPageBytes(PAGE_BYTES);

    @TempDir static Path directory;
    private static byte[] intact;
    private static final Map<Long, Model> STATES = new HashMap<>();

    @BeforeAll
    static void makeStore() throws IOException {
        Path path = directory.resolve("store");
        Model model = new Model();
        try (Store store = Store.open(path, CONFIG)) {
            STATES.put(store.latestTxn(), model.copy());
            try (WriteTransaction txn = store.begin()) {
                txn.createFamily(Samples.OTHER);
                model.create(Samples.OTHER);
                for (int i = 0; i < 60; i++) {
                    model.put(txn, Samples.key(i), Samples.value(i, 30));
                    model.put(txn, Samples.OTHER, Samples.key(i, 200), Samples.value(i, i * 20));
                }
                txn.commit();
            }
            Model.checkpoint(store);
            STATES.put(store.latestTxn(), model.copy());
            try (WriteTransaction txn = store.begin()) {
                for (long i = 0; i < 5; i++) {
                    model.put(txn, Samples.key(i * 7), Samples.value(i + 100, 31));
                }
                txn.commit();
            }
            STATES.put(store.latestTxn(), model.copy());
        }
        intact = Files.readAllBytes(path);
        model.verify(path, CONFIG);
    }

    /** Its place was lost: the next step began at the first entry. */
    @Test
    void stepOntoAKeyWhoseEndIsDamagedLeavesTheCursorWhereItWas() throws IOException {
        Path path = directory.resolve("long-key");
        byte[] longKey = Arrays.copyOf(Samples.key(2), 400);
        System.arraycopy(Samples.value(9, 300), 0, longKey, 100, 300);
        try (Store store = Store.open(path, CONFIG)) {
            store.put(Samples.key(1), Samples.value(1, 30));
            store.put(Samples.key(2), Samples.value(2, 30));
            store.put(longKey, Samples.value(2, 31));
            store.put(Samples.key(3), Samples.value(3, 30));
        }
        byte[] file = Files.readAllBytes(path);
        byte[] end = Arrays.copyOfRange(longKey, 300, longKey.length);
        int damaged = 0;
        for (int at = 0; at <= file.length - end.length; at++) {
            if (Arrays.equals(file, at, at + end.length, end, 0, end.length)) {
                file[at + 50] ^= 1;
                damaged++;
            }
        }
        assertTrue(damaged > 0, "the end of the key is not in the file");
        try (Store store = Store.on(storageOf(file), CONFIG);
                Reader reader = store.reader();
                Cursor cursor = reader.cursor()) {
            assertTrue(cursor.next());
            assertTrue(cursor.next());
            for (int i = 0; i < 2; i++) {
                assertThrows(CorruptStoreException.class, cursor::next);
                assertArrayEquals(Samples.key(2), cursor.key());
                assertArrayEquals(Samples.value(2, 30), cursor.value());
            }
            assertTrue(cursor.seek(Samples.key(3)));
            assertThrows(CorruptStoreException.class, cursor::previous);
            assertArrayEquals(Samples.key(3), cursor.key());
            assertFalse(cursor.next());
        }
    }

    /** What became of a damaged store. */
    private enum Outcome {
        RIGHT,
        ERROR
    }

    private static MemoryStorage storageOf(byte[] file) {
        MemoryStorage storage = new MemoryStorage(1 << 24);
        try (Arena arena = Arena.ofConfined()) {
            storage.create(Damage.segment(arena, file));
        }
        return storage;
    }

    private static Outcome open(byte[] file, Verify verify) {
        StoreConfig config = CONFIG.withVerify(verify);
        int errors;
        try (Store store = Store.on(storageOf(file), config)) {
            errors = read(store, verify == Verify.NEVER);
            errors += verify == Verify.NEVER ? 0 : write(store);
        } catch (StoreException e) {
            assertNotNull(e.getMessage());
            return Outcome.ERROR;
        }
        return errors == 0 ? Outcome.RIGHT : Outcome.ERROR;
    }

    private static int read(Store store, boolean mayBeWrong) {
        try (Snapshot snapshot = store.snapshot()) {
            Model model = STATES.get(snapshot.txn());
            assertNotNull(model, "opened at an unknown transaction");
            if (mayBeWrong) {
                return readAnything(snapshot, model);
            }
            return model.verifyDamaged(snapshot);
        }
    }

    /** Without checksums data may be wrong or missing, but nothing else may happen. */
    private static int readAnything(Snapshot snapshot, Model model) {
        int errors = 0;
        for (ColumnFamily family : model.families()) {
            for (byte[] key : model.of(family).keySet()) {
                try {
                    byte[] value = snapshot.get(family, key);
                    errors += Arrays.equals(value, model.of(family).get(key)) ? 0 : 1;
                } catch (StoreException | IllegalArgumentException e) {
                    errors++;
                }
            }
            try (Cursor cursor = snapshot.cursor(family)) {
                int limit = 10_000;
                while (limit-- > 0 && cursor.next()) {
                    assertNotNull(cursor.key());
                    assertNotNull(cursor.value());
                }
                assertTrue(limit > 0, "the scan does not end");
            } catch (StoreException | IllegalArgumentException e) {
                errors++;
            }
        }
        return errors;
    }

    private static int write(Store store) {
        try (WriteTransaction txn = store.begin()) {
            for (int i = 0; i < 60; i += 6) {
                txn.put(Samples.key(i), Samples.value(i, 500));
                txn.delete(Samples.key(i + 1));
            }
            txn.deleteRange(ColumnFamily.DEFAULT, KeyRange.of(Samples.key(10), Samples.key(20)));
            if (txn.families().contains(Samples.OTHER)) {
                txn.clear(Samples.OTHER);
            }
            txn.commit();
            return 0;
        } catch (StoreException e) {
            return 1;
        }
    }

    private static Outcome flip(int position, int bits, Verify verify) {
        byte[] file = intact.clone();
        file[position] ^= (byte) bits;
        try {
            return open(file, verify);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("byte " + position + " xor " + bits, e);
        }
    }

    private static int firstPage(IntPredicate isWanted) {
        for (int page = 0; page < intact.length / PAGE_BYTES; page++) {
            int position = page * PAGE_BYTES;
            boolean isHeader =
                    position < 3 * Damage.BLOCK_BYTES
                            || (position >= Damage.SECOND_HEADER
                                    && position < Damage.SECOND_HEADER + Damage.BLOCK_BYTES);
            if (!isHeader && !Damage.isBlank(intact, PAGE_BYTES, page) && isWanted.test(page)) {
                return page;
            }
        }
        throw new AssertionError("no such page");
    }

    enum Kind {
        LEAF,
        LEAF_WITH_RUNS,
        BRANCH,
        CATALOGUE,
        IMAGE,
        RUN
    }

    private static boolean is(Kind kind, int page) {
        int type = Damage.type(intact, PAGE_BYTES, page);
        int family = Damage.family(intact, PAGE_BYTES, page);
        return switch (kind) {
            case LEAF -> type == Damage.LEAF && family == 1;
            case LEAF_WITH_RUNS -> type == Damage.LEAF && family == 2;
            case BRANCH -> type == Damage.BRANCH && family == 2;
            case CATALOGUE -> type == Damage.LEAF && family == 0;
            case IMAGE -> type == Damage.IMAGE;
            case RUN -> type == 0;
        };
    }

    /** {@return a page of a kind that is in use: damage to it as a whole is noticed} */
    private static int usedPage(Kind kind) {
        return firstPage(page -> {
            if (!is(kind, page)) {
                return false;
            }
            byte[] file = intact.clone();
            Arrays.fill(file, page * PAGE_BYTES, (page + 1) * PAGE_BYTES, (byte) 0x5A);
            return open(file, Verify.FIRST_TOUCH) == Outcome.ERROR;
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyFlippedByteOfAPageIsAnErrorOrMeansNothing(Kind kind) {
        int page = usedPage(kind);
        int errors = 0;
        for (int offset = 0; offset < PAGE_BYTES; offset++) {
            Outcome outcome = flip(page * PAGE_BYTES + offset, 1 << (offset % 8), CONFIG.verify());
            errors += outcome == Outcome.ERROR ? 1 : 0;
        }
        // A checksum covers all of a page; the end of a run's last page is not used.
        assertTrue(errors >= (kind == Kind.RUN ? 1 : PAGE_BYTES), kind + ": " + errors);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void damageWithoutChecksumsIsSurvived(Kind kind) {
        int page = usedPage(kind);
        for (int offset = 0; offset < PAGE_BYTES; offset++) {
            flip(page * PAGE_BYTES + offset, offset % 2 == 0 ? 0xFF : 0x80, Verify.NEVER);
        }
    }

    @Test
    void damageOfOneHeaderCopyIsMadeUpForByTheOther() {
        for (int copy : new int[] {0, Damage.SECOND_HEADER}) {
            for (int offset = 0; offset < Damage.BLOCK_BYTES; offset += offset < 80 ? 1 : 61) {
                assertEquals(Outcome.RIGHT, flip(copy + offset, 4, CONFIG.verify()), "" + offset);
            }
        }
    }

    @Test
    void damageOfBothHeaderCopiesIsAnError() {
        for (int offset = 0; offset < 80; offset++) {
            byte[] file = intact.clone();
            file[offset] ^= 1;
            file[Damage.SECOND_HEADER + offset] ^= 1;
            assertEquals(Outcome.ERROR, open(file, CONFIG.verify()), "" + offset);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void damageOfADurableSlotLeavesTheOther(int block) {
        for (int offset = 0; offset < Damage.BLOCK_BYTES; offset += offset < 300 ? 1 : 61) {
            Outcome outcome = flip(block * Damage.BLOCK_BYTES + offset, 16, CONFIG.verify());
            assertEquals(Outcome.RIGHT, outcome, "" + offset);
        }
    }

    @Test
    void damageOfBothDurableSlotsIsAnError() {
        for (int offset = 0; offset < 300; offset++) {
            byte[] file = intact.clone();
            file[Damage.BLOCK_BYTES + offset] ^= 1;
            file[2 * Damage.BLOCK_BYTES + offset] ^= 1;
            assertEquals(Outcome.ERROR, open(file, CONFIG.verify()), "" + offset);
        }
    }

    @Test
    void cutStoreIsAnErrorOrRight() {
        for (int length = 4096; length < intact.length; length += 4096) {
            byte[] file = Arrays.copyOf(intact, length);
            Outcome outcome = open(file, CONFIG.verify());
            assertTrue(length > 3 * 4096 || outcome == Outcome.ERROR, "" + length);
        }
    }

    @Test
    void cutFileIsRefusedAndNotChanged() throws IOException {
        Path path = directory.resolve("cut");
        for (int length = 1; length < 3 * 4096; length += 811) {
            byte[] file = Arrays.copyOf(intact, length);
            Files.write(path, file);
            try (Store store = Store.open(path, CONFIG)) {
                throw new AssertionError("opened at " + store.latestTxn());
            } catch (StoreException e) {
                assertNotNull(e.getMessage());
            }
            assertEquals(-1, Arrays.mismatch(file, Files.readAllBytes(path)));
        }
    }

    @Test
    void errorNamesThePage() {
        int page = usedPage(Kind.LEAF);
        byte[] file = intact.clone();
        file[page * PAGE_BYTES + PAGE_BYTES - 1] ^= 1;
        try (Store store = Store.on(storageOf(file), CONFIG);
                Snapshot snapshot = store.snapshot();
                Cursor cursor = snapshot.cursor()) {
            while (cursor.next()) {
                assertNotNull(cursor.value());
            }
            throw new AssertionError("read a damaged page");
        } catch (CorruptStoreException e) {
            assertEquals(page, e.pageId());
            assertTrue(e.getMessage().contains("page " + page), e.getMessage());
        }
    }

    @Test
    @Tag("slow")
    void everyFlippedByteOfTheFileIsAnErrorOrMeansNothing() {
        for (int position = 0; position < intact.length; position++) {
            flip(position, 1 << (position % 8), CONFIG.verify());
        }
    }

    @Test
    @Tag("slow")
    void everyByteDamagedWithoutChecksumsIsSurvived() {
        for (int position = 0; position < intact.length; position++) {
            flip(position, 0xFF, Verify.NEVER);
        }
    }
}
