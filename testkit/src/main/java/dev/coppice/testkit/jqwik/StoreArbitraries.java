package dev.coppice.testkit.jqwik;

import dev.coppice.CheckpointMode;
import dev.coppice.SyncLevel;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * What to try on a store, and on a program that sits on one. Everything shrinks: keys and values to
 * short ones, steps to few. Stateless.
 *
 * <p>Steps name keys and values by number, {@link Keys#key} and {@link Keys#value} say which: a few
 * hundred numbers, so that steps meet on the same keys.
 */
public final class StoreArbitraries {
    private static final int KEYS = 400;
    private static final int MOVED_PAGES = 40;
    private static final int VALUES = 5000;
    private static final int SHORT_KEY_BYTES = 12;
    private static final int SMALL_VALUE_BYTES = 70;

    private StoreArbitraries() {}

    // ---- keys and values

    /**
     * {@return keys of 1 to some 2,000 bytes: short ones, runs of 0x00 and 0xFF, prefixes of each
     * other, and lengths around those up to which a key lies in its page}
     */
    public static Arbitrary<byte[]> keys() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, keyNumbers().map(Keys::key)),
                Tuple.of(2, bytes(1, SHORT_KEY_BYTES)),
                Tuple.of(1, filled(Keys.keyLengths())));
    }

    /**
     * {@return values of 0 to some 12,000 bytes: empty and short ones, and lengths around those up
     * to which a value lies in its leaf or fills pages of its own}
     */
    public static Arbitrary<byte[]> values() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, bytes(0, SMALL_VALUE_BYTES)), Tuple.of(1, filled(Keys.valueLengths())));
    }

    private static Arbitrary<byte[]> bytes(int min, int max) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(min).ofMaxSize(max);
    }

    /** The first byte differs less often than the length. */
    private static Arbitrary<byte[]> filled(List<Integer> lengths) {
        Arbitrary<Byte> fills = Arbitraries.of((byte) 'x', (byte) 0, (byte) 0xFF);
        return Combinators.combine(Arbitraries.of(lengths), fills)
                .as((length, fill) -> {
                    byte[] bytes = new byte[length];
                    Arrays.fill(bytes, fill);
                    return bytes;
                });
    }

    /** {@return names of column families, the default one among them} */
    public static Arbitrary<String> families() {
        return Arbitraries.of("default", "red", "blue");
    }

    /** {@return numbers of keys} */
    public static Arbitrary<Integer> keyNumbers() {
        return Arbitraries.integers().between(0, KEYS);
    }

    /** {@return numbers of values} */
    public static Arbitrary<Integer> valueNumbers() {
        return Arbitraries.integers().between(0, VALUES);
    }

    private static Arbitrary<Integer> ordinals() {
        return Arbitraries.integers().between(0, 7);
    }

    // ---- steps

    /**
     * {@return steps of a transaction: puts, updates, deletes, range deletes, families, savepoints}
     */
    public static Arbitrary<Op> changes() {
        Arbitrary<Integer> bounds = Arbitraries.integers().between(-1, KEYS);
        return Arbitraries.oneOf(
                Combinators.combine(families(), keyNumbers(), valueNumbers()).as(Op.Put::new),
                Combinators.combine(families(), keyNumbers(), ordinals(), valueNumbers())
                        .as(Op.Fill::new),
                Combinators.combine(families(), keyNumbers(), valueNumbers()).as(Op.Update::new),
                Combinators.combine(families(), keyNumbers()).as(Op.Delete::new),
                Combinators.combine(families(), bounds, bounds).as(Op.DeleteRange::new),
                families().map(Op.CreateFamily::new),
                families().map(Op.DropFamily::new),
                ordinals().map(Op.Retain::new),
                ordinals().map(Op.DropSnapshot::new),
                Arbitraries.just(new Op.TakeSavepoint()),
                ordinals().map(Op.RollBackTo::new),
                ordinals().map(Op.ReleaseSavepoint::new));
    }

    /** {@return beginnings and ends of transactions, snapshots, checkpoints, checks, reopenings} */
    public static Arbitrary<Op> upkeep() {
        return Arbitraries.oneOf(
                Arbitraries.of(SyncLevel.class).map(Op.Begin::new),
                Arbitraries.just(new Op.Commit()),
                Arbitraries.just(new Op.Abort()),
                Arbitraries.just(new Op.Hold()),
                ordinals().map(Op.LetGo::new),
                ordinals().map(Op.Compare::new),
                Arbitraries.of(CheckpointMode.class).injectNull(0.2).map(Op.Checkpoint::new),
                Arbitraries.just(new Op.Check()),
                Arbitraries.just(new Op.Reopen()));
    }

    /**
     * {@return entries that expire, and time that passes, so that they do} For a store whose clock
     * is a {@link dev.coppice.testkit.SimulatedClock}.
     */
    public static Arbitrary<Op> expiry() {
        Arbitrary<Integer> lengths = Arbitraries.integers().between(0, 8).map(each -> each * 10);
        return Arbitraries.oneOf(
                Combinators.combine(families(), keyNumbers(), valueNumbers(), lengths)
                        .as(Op.PutExpiring::new),
                Combinators.combine(families(), keyNumbers(), lengths.injectNull(0.2))
                        .as((family, key, ttl) ->
                                new Op.Touch(family, key, ttl == null ? Op.FOREVER : ttl)),
                Combinators.combine(families(), lengths).as(Op.SetTtl::new),
                Combinators.combine(families(), ordinals().map(each -> each + 1)).as(Op.Purge::new),
                lengths.map(Op.PassTime::new),
                Arbitraries.just(new Op.Sweep()));
    }

    /** {@return vacuums that move some pages} */
    public static Arbitrary<Op> vacuums() {
        return Arbitraries.integers().between(1, MOVED_PAGES).map(Op.Vacuum::new);
    }

    /** {@return steps of cursors: opened, moved and closed} */
    public static Arbitrary<Op> cursors() {
        return Arbitraries.oneOf(
                Combinators.combine(ordinals(), families()).as(Op.OpenCursor::new),
                Combinators.combine(ordinals(), Arbitraries.of(Op.Move.class), keyNumbers())
                        .as(Op.MoveCursor::new),
                ordinals().map(Op.CloseCursor::new));
    }

    /** {@return kills and losses of power} */
    public static Arbitrary<Op> crashes() {
        return Arbitraries.oneOf(
                Arbitraries.just(new Op.Kill()), ordinals().map(Op.LosePower::new));
    }

    /** {@return up to so many steps: changes, and upkeep between them} */
    public static Arbitrary<List<Op>> steps(int max) {
        return Arbitraries.frequencyOf(Tuple.of(4, changes()), Tuple.of(1, upkeep()))
                .list()
                .ofMaxSize(max);
    }
}
