package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/** Chains of random transactions, shrunk to a short one where a store differs from a sorted map. */
final class StorePropertyTest {
    @Property(tries = 150)
    void behavesLikeSortedMap(@ForAll("chains") ActionChain<Subject> chain) {
        try (Subject subject = chain.run()) {
            subject.verify();
        }
    }

    @Provide
    Arbitrary<ActionChain<Subject>> chains() {
        return ActionChain.startWith(Subject::new)
                .withAction(6, new Put())
                .withAction(3, new Delete())
                .withAction(1, new DeleteRange())
                .withAction(1, new RollBack())
                .withAction(1, new Checkpoint())
                .withMaxTransformations(120);
    }

    /** Few different bytes, so that keys meet again and are prefixes of each other. */
    private static Arbitrary<byte[]> keys() {
        return Arbitraries.bytes()
                .between((byte) -1, (byte) 2)
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(90);
    }

    private static Arbitrary<byte[]> values() {
        return Arbitraries.integers().between(0, 1_500).map(byte[]::new);
    }

    /** A store with small pages beside the map that it should equal. */
    static final class Subject implements AutoCloseable {
        private final Store store = Store.inMemory(StoreConfig.defaults().withPageBytes(512));
        private final TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);

        void put(byte[] key, byte[] value) {
            store.put(key, value);
            model.put(key, value);
        }

        void delete(byte[] key) {
            assertEquals(model.remove(key) != null, store.delete(key));
        }

        void deleteRange(byte[] from, byte[] to) {
            Map<byte[], byte[]> range = model.subMap(from, to);
            try (WriteTransaction txn = store.begin()) {
                assertEquals(
                        range.size(), txn.deleteRange(ColumnFamily.DEFAULT, KeyRange.of(from, to)));
                txn.commit();
            }
            range.clear();
        }

        void rollBack(byte[] key, byte[] value) {
            try (WriteTransaction txn = store.begin()) {
                txn.put(key, value);
                txn.clear(ColumnFamily.DEFAULT);
            }
        }

        void verify() {
            try (Snapshot snapshot = store.snapshot();
                    Cursor cursor = snapshot.cursor()) {
                assertEquals(model.size(), snapshot.count());
                for (Map.Entry<byte[], byte[]> entry : model.entrySet()) {
                    assertTrue(cursor.next());
                    assertArrayEquals(entry.getKey(), cursor.key());
                    assertArrayEquals(entry.getValue(), cursor.value());
                    assertArrayEquals(entry.getValue(), snapshot.get(entry.getKey()));
                }
                assertEquals(false, cursor.next());
            }
            assertEquals(List.of(), store.check(Progress.NONE).problems());
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static final class Put implements Action.Independent<Subject> {
        @Override
        public Arbitrary<Transformer<Subject>> transformer() {
            return Combinators.combine(keys(), values())
                    .as((key, value) ->
                            Transformer.mutate(
                                    "put " + Arrays.toString(key) + " of " + value.length,
                                    subject -> subject.put(key, value)));
        }
    }

    private static final class Delete implements Action.Independent<Subject> {
        @Override
        public Arbitrary<Transformer<Subject>> transformer() {
            return keys().map(key ->
                    Transformer.mutate(
                            "delete " + Arrays.toString(key), subject -> subject.delete(key)));
        }
    }

    private static final class DeleteRange implements Action.Independent<Subject> {
        @Override
        public Arbitrary<Transformer<Subject>> transformer() {
            return Combinators.combine(keys(), keys())
                    .as((a, b) -> {
                        boolean isOrdered = Arrays.compareUnsigned(a, b) <= 0;
                        byte[] from = isOrdered ? a : b;
                        byte[] to = isOrdered ? b : a;
                        return Transformer.mutate(
                                "delete ["
                                        + Arrays.toString(from)
                                        + ", "
                                        + Arrays.toString(to)
                                        + ")",
                                subject -> subject.deleteRange(from, to));
                    });
        }
    }

    private static final class RollBack implements Action.Independent<Subject> {
        @Override
        public Arbitrary<Transformer<Subject>> transformer() {
            return Combinators.combine(keys(), values())
                    .as((key, value) ->
                            Transformer.mutate(
                                    "roll back", subject -> subject.rollBack(key, value)));
        }
    }

    private static final class Checkpoint implements Action.Independent<Subject> {
        @Override
        public Arbitrary<Transformer<Subject>> transformer() {
            return Arbitraries.just(
                    Transformer.mutate("checkpoint", subject -> subject.store.checkpoint()));
        }
    }
}
