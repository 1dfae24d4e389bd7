package dev.coppice.testkit.jqwik;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.Launched;
import dev.coppice.testkit.Medium;
import dev.coppice.testkit.StoreSettings;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;

@AddLifecycleHook(StoreHook.class)
@StoreSettings(on = Medium.SIMULATED_DISK, pageBytes = 1024)
class StoreHookTest {
    @Property(tries = 20)
    void eachTryHasAStoreOfItsOwn(@ForAll int number, Store store, CheckedStore checked) {
        assertNull(store.get("key"));
        store.put("key", Integer.toString(number));
        assertEquals(Integer.toString(number), checked.kill().get("key"));
        assertEquals(1024, store.config().pageBytes());
    }

    @Property(tries = 5)
    @StoreSettings(on = Medium.MEMORY, pageBytes = 2048)
    void settingsOfTheMethodWin(@ForAll boolean any, Store store) {
        store.put("any", Boolean.toString(any));
        assertEquals(2048, store.config().pageBytes());
    }

    @Test
    void tryThatLeavesAReaderOpenIsFalsified() {
        Launched launched = Launched.run(Careless.class);

        assertEquals(0, launched.succeeded());
        String message = launched.failures().getFirst().toString();
        assertTrue(message.contains("was left open"), message);
    }

    @AddLifecycleHook(StoreHook.class)
    static class Careless {
        @Property(tries = 50, seed = "17")
        void closesTheReaderNowAndThen(@ForAll @IntRange(max = 9) int number, Store store) {
            var reader = store.reader();
            if (number != 7) {
                reader.close();
            }
        }
    }
}
