package dev.coppice.chronicle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.ColumnFamily;
import dev.coppice.KeyBuilder;
import dev.coppice.Reader;
import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.util.Random;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BytesAccessTest {
    private static final ColumnFamily FAMILY = ColumnFamily.DEFAULT;

    private final Store store = Store.inMemory();
    private final BytesAccess access = new BytesAccess();
    private final KeyBuilder key = new KeyBuilder();

    /** A record of two fields. */
    private static final class Tick implements BytesMarshallable {
        private String symbol = "";
        private double price;

        @Override
        public void readMarshallable(BytesIn<?> bytes) {
            symbol = bytes.readUtf8();
            price = bytes.readDouble();
        }

        @Override
        public void writeMarshallable(BytesOut<?> bytes) {
            bytes.writeUtf8(symbol).writeDouble(price);
        }
    }

    @AfterEach
    void checkAndClose() {
        assertTrue(store.check((_, _) -> {}).isClean());
        store.close();
    }

    @Test
    void objectComesBack() {
        Tick tick = new Tick();
        tick.symbol = "EURUSD";
        tick.price = 1.0842;
        try (WriteTransaction txn = store.begin()) {
            assertTrue(access.write(txn, FAMILY, key.reset().addLong(1), tick));
            assertFalse(access.write(txn, FAMILY, key, tick));
            txn.commit();
        }
        Tick found = new Tick();
        try (Reader reader = store.reader()) {
            assertTrue(access.read(reader, FAMILY, key.reset().addLong(1), found));
            assertFalse(access.read(reader, FAMILY, key.reset().addLong(2), found));
        }
        assertEquals("EURUSD", found.symbol);
        assertEquals(1.0842, found.price);
    }

    @Test
    void bytesAreAppendedAndTheSourceKeepsItsPositions() {
        Bytes<byte[]> source = Bytes.wrapForRead(new byte[] {9, 1, 2, 3, 9});
        source.readPosition(1);
        source.readLimit(4);
        try (WriteTransaction txn = store.begin()) {
            access.put(txn, FAMILY, key.reset().addLong(1), source);
            txn.commit();
        }
        assertEquals(1, source.readPosition());
        Bytes<byte[]> target = Bytes.allocateElasticOnHeap(1);
        target.writeByte((byte) 7);
        try (Reader reader = store.reader()) {
            assertTrue(access.get(reader, FAMILY, key, target));
            assertFalse(access.get(reader, FAMILY, key.reset().addLong(2), target));
        }
        assertArrayEquals(new byte[] {7, 1, 2, 3}, target.toByteArray());
    }

    @Test
    void largeValueMakesTheMemoryGrow() {
        byte[] value = new byte[1 << 20];
        new Random(1).nextBytes(value);
        try (WriteTransaction txn = store.begin()) {
            access.put(txn, FAMILY, key.reset().addLong(1), Bytes.wrapForRead(value));
            txn.commit();
        }
        Bytes<byte[]> target = Bytes.allocateElasticOnHeap(16);
        try (Reader reader = store.reader()) {
            assertTrue(access.get(reader, FAMILY, key, target));
        }
        assertArrayEquals(value, target.toByteArray());
    }

    @Test
    void targetThatIsTooShortIsRefused() {
        put(new byte[32]);
        Bytes<byte[]> target = Bytes.wrapForWrite(new byte[16]);
        try (Reader reader = store.reader()) {
            assertThrows(
                    BufferOverflowException.class,
                    () -> access.get(reader, FAMILY, key.reset().addLong(1), target));
        }
    }

    @Test
    void viewShowsTheValueAndNothingBesideIt() {
        put(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        try (Reader reader = store.reader()) {
            Bytes<byte[]> view = access.view(reader.view(FAMILY, 1));

            assertEquals(9, view.readRemaining());
            assertEquals(0x0807060504030201L, view.readLong());
            assertEquals(9, view.readByte());
            assertThrows(BufferUnderflowException.class, view::readLong);
        }
    }

    @Test
    void keyMayBeBytes() {
        Bytes<byte[]> name = Bytes.wrapForRead(new byte[] {5, 6});
        try (WriteTransaction txn = store.begin()) {
            access.put(txn, FAMILY, access.key(name), Bytes.wrapForRead(new byte[] {1}));
            txn.commit();
        }
        assertArrayEquals(new byte[] {1}, store.get(new byte[] {5, 6}));
    }

    private void put(byte[] value) {
        try (WriteTransaction txn = store.begin()) {
            access.put(txn, FAMILY, key.reset().addLong(1), Bytes.wrapForRead(value));
            txn.commit();
        }
    }
}
