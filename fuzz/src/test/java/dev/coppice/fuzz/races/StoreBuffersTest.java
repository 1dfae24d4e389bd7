package dev.coppice.fuzz.races;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.races.StoreBuffers.Order;
import dev.coppice.fuzz.races.StoreBuffers.Place;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What two threads can see of each other's stores, for programs whose answers are known. */
final class StoreBuffersTest {
    private static final Place A = new Place(8, 0);
    private static final Place B = new Place(8, 8);

    private static Set<String> outcomes(
            ToLongFunction<StoreBuffers> one, ToLongFunction<StoreBuffers> other) {
        StoreBuffers[] memory = {null};
        memory[0] =
                new StoreBuffers(
                        List.of(
                                () -> one.applyAsLong(memory[0]),
                                () -> other.applyAsLong(memory[0])));
        return memory[0].explore();
    }

    private static long storeAndLoad(StoreBuffers memory, Place mine, Place other, Order order) {
        memory.store(mine, 1, order == Order.VOLATILE);
        if (order == Order.FULL) {
            memory.fence();
        }
        return memory.load(other, 0, order == Order.FULL ? Order.WEAK : order);
    }

    private static Set<String> stores(Order one, Order other) {
        return outcomes(
                memory -> storeAndLoad(memory, A, B, one),
                memory -> storeAndLoad(memory, B, A, other));
    }

    @Test
    void bothLoadsMayOvertakeTheStoresBeforeThem() {
        assertEquals(Set.of("0, 0", "0, 1", "1, 0", "1, 1"), stores(Order.WEAK, Order.WEAK));
        assertEquals(Set.of("0, 0", "0, 1", "1, 0", "1, 1"), stores(Order.WEAK, Order.FULL));
    }

    @Test
    void noLoadOvertakesAFence() {
        assertEquals(Set.of("0, 1", "1, 0", "1, 1"), stores(Order.FULL, Order.FULL));
    }

    @Test
    void volatileLoadsDoNotOvertakeVolatileStores() {
        assertEquals(Set.of("0, 1", "1, 0", "1, 1"), stores(Order.VOLATILE, Order.VOLATILE));
    }

    @Test
    void acquireLoadOvertakesAVolatileStore() {
        Set<String> found =
                outcomes(
                        memory -> {
                            memory.store(A, 1, true);
                            return memory.load(B, 0, Order.WEAK);
                        },
                        memory -> storeAndLoad(memory, B, A, Order.FULL));
        assertEquals(Set.of("0, 0", "0, 1", "1, 0", "1, 1"), found);
    }

    @Test
    void storesArriveInOrder() {
        Set<String> found =
                outcomes(
                        memory -> {
                            memory.store(A, 1, false);
                            memory.store(B, 1, false);
                            return 0;
                        },
                        memory ->
                                memory.load(B, 0, Order.WEAK) * 10 + memory.load(A, 0, Order.WEAK));
        assertEquals(Set.of("0, 0", "0, 1", "0, 11"), found);
    }

    @Test
    void exchangesFollowEachOther() {
        ToLongFunction<StoreBuffers> increment = memory -> memory.update(A, 0, was -> was + 1);
        assertEquals(Set.of("0, 1", "1, 0"), outcomes(increment, increment));
    }
}
