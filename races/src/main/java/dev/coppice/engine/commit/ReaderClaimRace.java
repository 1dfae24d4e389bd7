package dev.coppice.engine.commit;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader pins the newest root while the writer publishes another and looks who pins what. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the writer waits: somebody is claiming")
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "the writer waits: somebody is claiming")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the old root is pinned, and seen")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the new root is pinned, and seen")
@Outcome(id = "2, 3", expect = Expect.ACCEPTABLE, desc = "the reader came later: to the new root")
@Outcome(expect = Expect.FORBIDDEN, desc = "the writer frees what a reader has pinned")
@State
public class ReaderClaimRace {
    private final Pins pins = new Pins();

    @Actor
    public void reader(II_Result result) {
        int slot = pins.claim();
        result.r1 = pins.pin(slot);
    }

    @Actor
    public void writer(II_Result result) {
        pins.publish(2);
        result.r2 = pins.seen();
    }
}
