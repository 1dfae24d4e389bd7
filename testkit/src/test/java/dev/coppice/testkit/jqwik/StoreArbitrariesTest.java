package dev.coppice.testkit.jqwik;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Snapshot;
import dev.coppice.StoreConfig;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.Launched;
import dev.coppice.testkit.Medium;
import dev.coppice.testkit.SimulatedClock;
import dev.coppice.testkit.model.Contents;
import dev.coppice.testkit.model.StoreModel;
import dev.coppice.testkit.op.Op;
import dev.coppice.testkit.op.StoreSteps;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;

@AddLifecycleHook(StoreHook.class)
class StoreArbitrariesTest {
    @Provide
    Arbitrary<byte[]> keys() {
        return StoreArbitraries.keys();
    }

    @Provide
    Arbitrary<byte[]> values() {
        return StoreArbitraries.values();
    }

    @Provide
    Arbitrary<List<Op>> steps() {
        return StoreArbitraries.steps(80);
    }

    @Property(tries = 300)
    void storeTakesEveryKeyWithEveryValue(
            @ForAll("keys") byte[] key, @ForAll("values") byte[] value, CheckedStore checked) {
        checked.store().put(key, value);
        Contents expected = new Contents();
        expected.put(Contents.DEFAULT, key, value);
        expected.compare(checked.store());
    }

    @Property(tries = 60)
    void storeAndModelAgreeOnAllSteps(@ForAll("steps") List<Op> steps) {
        run(steps, UnaryOperator.identity());
    }

    @Provide
    Arbitrary<List<Op>> vacuumedSteps() {
        return Arbitraries.frequencyOf(
                        Tuple.of(4, StoreArbitraries.changes()),
                        Tuple.of(2, StoreArbitraries.upkeep()),
                        Tuple.of(1, StoreArbitraries.vacuums()))
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 60)
    void vacuumsChangeNothing(@ForAll("vacuumedSteps") List<Op> steps) {
        run(steps, UnaryOperator.identity());
    }

    @Provide
    Arbitrary<List<Op>> expiringSteps() {
        return Arbitraries.frequencyOf(
                        Tuple.of(2, StoreArbitraries.changes()),
                        Tuple.of(1, StoreArbitraries.upkeep()),
                        Tuple.of(2, StoreArbitraries.expiry()))
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 60)
    void storeAndModelAgreeOnWhatExpires(@ForAll("expiringSteps") List<Op> steps) {
        run(steps, UnaryOperator.identity());
    }

    /** Does steps to both; the store gets them as a program with a bug hands them on. */
    private static void run(List<Op> steps, UnaryOperator<Op> program) {
        StoreModel model = new StoreModel();
        StoreConfig config = CheckedStore.smallPages().withClock(new SimulatedClock());
        try (CheckedStore checked = CheckedStore.open(Medium.SIMULATED_DISK, config);
                StoreSteps actual = new StoreSteps(checked)) {
            for (Op step : steps) {
                model.apply(step);
                actual.apply(program.apply(step));
            }
            model.newest().compare(checked.store());
            List<Snapshot> snapshots = actual.snapshots();
            assertEquals(model.snapshots().size(), snapshots.size());
            for (int i = 0; i < snapshots.size(); i++) {
                model.snapshots().get(i).compare(snapshots.get(i), model.nowMillis());
            }
        }
    }

    /** A program that does nothing where it should return to a savepoint. */
    private static Op withoutRollback(Op step) {
        return step instanceof Op.RollBackTo ? new Op.Check() : step;
    }

    /**
     * Goal: a bug of a program is found, the steps that show it are few, the report is readable.
     */
    @Test
    void bugIsFoundAndShrinks() {
        Careless.fewest = null;

        Throwable failure = Launched.run(Careless.class).failures().getFirst();

        assertTrue(Careless.fewest.size() <= 12, Careless.fewest.toString());
        assertTrue(failure.getMessage().startsWith("famil"), failure.getMessage());
    }

    static class Careless {
        private static List<Op> fewest;

        @Provide
        Arbitrary<List<Op>> steps() {
            return StoreArbitraries.steps(80);
        }

        @Property(tries = 500, seed = "17", shrinking = ShrinkingMode.FULL)
        void agree(@ForAll("steps") List<Op> steps) {
            try {
                run(steps, StoreArbitrariesTest::withoutRollback);
            } catch (AssertionError e) {
                if (fewest == null || steps.size() < fewest.size()) {
                    fewest = steps;
                }
                throw e;
            }
        }
    }
}
