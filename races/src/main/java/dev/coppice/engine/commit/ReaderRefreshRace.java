package dev.coppice.engine.commit;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader moves its pin on while the writer publishes a root and looks who pins what. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the writer waits: the pin is moving")
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "the writer waits: the pin is moving")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the reader stays, and is seen")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "the reader had not moved yet")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the reader has moved")
@Outcome(expect = Expect.FORBIDDEN, desc = "the writer frees what the reader has pinned")
@State
public class ReaderRefreshRace {
    private final Pins pins = new Pins();
    private final int slot = pins.pinNewest();

    @Actor
    public void reader(II_Result result) {
        result.r1 = pins.refresh(slot);
    }

    @Actor
    public void writer(II_Result result) {
        pins.publish(2);
        result.r2 = pins.seen();
    }
}
