package dev.coppice.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import dev.coppice.SyncLevel;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.Launched;
import dev.coppice.testkit.Medium;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.StoreSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(StoreExtension.class)
@StoreSettings(on = Medium.FILE, pageBytes = 1024)
class StoreExtensionTest {
    @BeforeEach
    void fill(Store store) {
        store.put("before", "1");
    }

    @RepeatedTest(2)
    void eachTestHasAStoreOfItsOwn(Store store, CheckedStore checked) {
        assertSame(store, checked.store());
        assertEquals("1", store.get("before"));
        assertEquals(null, store.get("of the test"));
        store.put("of the test", "1");
    }

    @Test
    void settingsOfTheClassHold(Store store, CheckedStore checked) {
        assertEquals(1024, store.stats().pageBytes());
        assertTrue(checked.location().endsWith(".coppice"));
    }

    @Test
    @StoreSettings(on = Medium.SIMULATED_DISK, syncLevel = SyncLevel.FULL)
    void settingsOfTheMethodWin(Store store, SimulatedDisk disk) {
        assertEquals(512, store.stats().pageBytes());
        assertEquals(SyncLevel.FULL, store.config().syncLevel());
        assertTrue(disk.steps() > 0);
    }

    @Nested
    class Inside {
        @Test
        void settingsOfTheOuterClassHold(Store store) {
            assertEquals(1024, store.stats().pageBytes());
        }
    }

    // ---- tests that must fail

    @Test
    void testsThatLeaveSomethingOpenFail() {
        Launched launched = Launched.run(Careless.class);

        assertEquals(1, launched.succeeded());
        assertEquals(2, launched.failures().size());
        for (Throwable failure : launched.failures()) {
            assertTrue(failure.getMessage().contains("was left open"), failure.getMessage());
        }
    }

    @Test
    void storeOfARegisteredExtensionIsCheckedToo() {
        assertEquals(1, Launched.run(Leaking.class).failures().size());
    }

    @Test
    void failureOfTheTestComesFirst() {
        Throwable failure = Launched.run(Failing.class).failures().getFirst();

        assertEquals("of the test", failure.getMessage());
        assertEquals(1, failure.getSuppressed().length);
        assertTrue(failure.getSuppressed()[0].getMessage().contains("was left open"));
    }

    @ExtendWith(StoreExtension.class)
    static class Careless {
        @Test
        void closesNoReader(Store store) {
            store.reader();
        }

        @Test
        void endsNoTransaction(Store store) {
            store.begin();
        }

        @Test
        void isCareful(Store store) {
            store.put("a", "1");
        }
    }

    static class Leaking {
        @RegisterExtension
        private final StoreExtension stores =
                StoreExtension.with(Medium.SIMULATED_DISK, CheckedStore.smallPages());

        @Test
        void closesNoSnapshot(CheckedStore checked) {
            checked.store().snapshot();
        }
    }

    @ExtendWith(StoreExtension.class)
    static class Failing {
        @Test
        void fails(Store store) {
            store.snapshot();
            throw new IllegalStateException("of the test");
        }
    }
}
