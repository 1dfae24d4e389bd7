package dev.coppice.fuzz.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import dev.coppice.testkit.jqwik.StoreArbitraries;
import dev.coppice.testkit.op.Op;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does steps made at random to a store and to sorted maps. */
final class ModelSuiteTest {
    @TempDir Path directory;

    private void requireNoFailure(int scenarios) {
        Run run = new Run("model", Budget.ofScenarios(1, scenarios), directory, System.out);
        new ModelRuns().run(run);
        System.out.println(run.summary());
        assertEquals(0, run.failureCount(), () -> run.failures().toString());
    }

    @Test
    void storeHoldsWhatTheModelHolds() {
        requireNoFailure(400);
    }

    @Test
    @Tag("slow")
    void storeHoldsWhatTheModelHoldsInManyRuns() {
        requireNoFailure(20_000);
    }

    /** The same steps in the mix that jqwik makes of them, which tends to the edges. */
    @Property(tries = 60)
    void storeHoldsWhatTheModelHoldsInAnyMix(@ForAll("steps") List<Op> steps) {
        ModelTrial.run(512, 2 << 20, steps);
    }

    @Provide
    Arbitrary<List<Op>> steps() {
        return Arbitraries.frequencyOf(
                        Tuple.of(12, StoreArbitraries.changes()),
                        Tuple.of(4, StoreArbitraries.cursors()),
                        Tuple.of(3, StoreArbitraries.upkeep()),
                        Tuple.of(1, StoreArbitraries.crashes()))
                .list()
                .ofMaxSize(150);
    }
}
