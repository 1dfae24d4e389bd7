package dev.coppice.testkit.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.testkit.junit.StoreExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StoreExtension.class)
class ContentsTest {
    private static final ColumnFamily RED = ColumnFamily.of("red");
    private final Contents expected = new Contents();

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @BeforeEach
    void fillBoth(Store store) {
        try (WriteTransaction txn = store.begin()) {
            txn.createFamily(RED);
            txn.put(bytes("a"), bytes("1"));
            txn.put(bytes("b"), bytes("2"));
            txn.put(RED, new byte[] {0, 1}, new byte[40]);
            txn.commit();
        }
        expected.create("red");
        expected.put(Contents.DEFAULT, bytes("a"), bytes("1"));
        expected.put(Contents.DEFAULT, bytes("b"), bytes("2"));
        expected.put("red", new byte[] {0, 1}, new byte[40]);
    }

    private String difference(Store store) {
        return assertThrows(AssertionError.class, () -> expected.compare(store)).getMessage();
    }

    @Test
    void equalContentsCompare(Store store) {
        expected.compare(store);
        try (Snapshot snapshot = store.snapshot()) {
            store.put("c", "3");
            expected.compare(snapshot);
            assertTrue(Contents.of(snapshot).isEqual(expected));
        }
        try (WriteTransaction txn = store.begin()) {
            txn.delete(bytes("c"));
            expected.compare(txn);
        }
    }

    @Test
    void anotherValueIsShown(Store store) {
        store.put("b", "3");
        assertEquals(
                "family default: expected \"b\" = \"2\", found \"b\" = \"3\"", difference(store));
    }

    @Test
    void missingEntryIsShown(Store store) {
        store.delete("b");
        assertEquals("family default: expected \"b\" = \"2\", found the end", difference(store));
    }

    @Test
    void surplusEntryIsShown(Store store) {
        store.put("c", "3");
        assertEquals("family default: expected the end, found \"c\" = \"3\"", difference(store));
    }

    @Test
    void bytesThatAreNoTextAreShownInHexadecimal(Store store) {
        store.delete(RED, new byte[] {0, 1});
        assertEquals(
                "family red: expected 0x0001 = 0x"
                        + "00".repeat(24)
                        + ".. (40 bytes), found the end",
                difference(store));
    }

    @Test
    void familyTooManyIsShown(Store store) {
        expected.drop("red");
        assertEquals("families: expected [default], found [default, red]", difference(store));
    }

    @Test
    void modelOfAPowerLossGoesOnFromWhatIsLeft() {
        StoreModel model = new StoreModel();
        for (String key : new String[] {"a", "b", "c"}) {
            model.running().put(Contents.DEFAULT, bytes(key), bytes("1"));
            model.commit();
        }
        Contents left = model.versions().get(2).copy();
        assertThrows(AssertionError.class, () -> model.recoverTo(left, 3));
        model.recoverTo(left, 1);
        assertTrue(model.newest().isEqual(left));
        assertEquals(3, model.versions().size());
    }
}
