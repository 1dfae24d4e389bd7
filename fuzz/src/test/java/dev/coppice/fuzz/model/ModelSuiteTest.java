package dev.coppice.fuzz.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.SyncLevel;
import dev.coppice.fuzz.run.Budget;
import dev.coppice.fuzz.run.Run;
import dev.coppice.testkit.op.Op;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
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
                        Tuple.of(12, changes()), Tuple.of(4, cursors()), Tuple.of(3, others()))
                .list()
                .ofMaxSize(150);
    }

    private static Arbitrary<String> families() {
        return Arbitraries.of("default", "red", "blue");
    }

    private static Arbitrary<Integer> keys() {
        return Arbitraries.integers().between(0, 400);
    }

    private static Arbitrary<Integer> ordinals() {
        return Arbitraries.integers().between(0, 7);
    }

    private static Arbitrary<Op> changes() {
        Arbitrary<Integer> values = Arbitraries.integers().between(0, 5000);
        return Arbitraries.oneOf(
                Combinators.combine(families(), keys(), values).as(Op.Put::new),
                Combinators.combine(families(), keys(), ordinals(), values).as(Op.Fill::new),
                Combinators.combine(families(), keys()).as(Op.Delete::new),
                Combinators.combine(families(), keys(), keys()).as(Op.DeleteRange::new),
                families().map(Op.DropFamily::new),
                Arbitraries.just(new Op.TakeSavepoint()),
                ordinals().map(Op.RollBackTo::new),
                ordinals().map(Op.ReleaseSavepoint::new));
    }

    private static Arbitrary<Op> cursors() {
        Arbitrary<Op.Move> moves = Arbitraries.of(Op.Move.class);
        return Arbitraries.oneOf(
                Combinators.combine(ordinals(), families()).as(Op.OpenCursor::new),
                Combinators.combine(ordinals(), moves, keys()).as(Op.MoveCursor::new),
                ordinals().map(Op.CloseCursor::new));
    }

    private static Arbitrary<Op> others() {
        Arbitrary<SyncLevel> levels = Arbitraries.of(SyncLevel.class);
        return Arbitraries.oneOf(
                levels.map(Op.Begin::new),
                Arbitraries.just(new Op.Commit()),
                Arbitraries.just(new Op.Abort()),
                Arbitraries.just(new Op.Hold()),
                ordinals().map(Op.LetGo::new),
                ordinals().map(Op.Compare::new),
                Arbitraries.just(new Op.Checkpoint()),
                Arbitraries.just(new Op.Check()),
                Arbitraries.just(new Op.Reopen()),
                Arbitraries.just(new Op.Kill()),
                ordinals().map(Op.LosePower::new));
    }
}
