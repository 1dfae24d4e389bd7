package dev.coppice.fuzz.op;

import dev.coppice.CheckpointMode;
import dev.coppice.SyncLevel;
import dev.coppice.testkit.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes steps from a seed. Thread safety: one thread. */
public final class OpGenerator {
    private static final List<CheckpointMode> MODES = List.of(CheckpointMode.values());
    private static final String[] FAMILIES = {"default", "default", "default", "red", "blue"};

    /** Times to live and times that pass are multiples of this: many deadlines are just over. */
    private static final int TICK_MILLIS = 10;

    private static final int HELD_MILLIS = 1_000;

    private final Random random;
    private final int keys;
    private boolean hasExpiry = true;

    /**
     * Starts with a seed.
     *
     * @param keys how many different keys there are
     */
    public OpGenerator(long seed, int keys) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.keys = keys;
    }

    /** {@return steps with everything in them, mostly changes and reads} */
    public List<Op> calm(int count) {
        List<Op> ops = new ArrayList<>();
        while (ops.size() < count) {
            int what = random.nextInt(100);
            if (what < 40) {
                change(ops);
            } else if (what < 50) {
                ops.add(random.nextInt(5) == 0 ? new Op.Abort() : new Op.Commit());
            } else if (what < 52) {
                ops.add(new Op.Begin(level()));
            } else if (what < 80) {
                read(ops);
            } else {
                upkeep(ops);
            }
        }
        return ops;
    }

    /** {@return transactions, checkpoints, vacuums, snapshots and crashes, without cursors} */
    public List<Op> stormy(int count) {
        List<Op> ops = new ArrayList<>();
        while (ops.size() < count) {
            int what = random.nextInt(100);
            if (what < 60) {
                transaction(ops);
            } else if (what < 70) {
                ops.add(new Op.Checkpoint(mode()));
            } else if (what < 72) {
                ops.add(new Op.Vacuum(0));
            } else if (what < 76) {
                time(ops);
            } else if (what < 84) {
                ops.add(random.nextBoolean() ? new Op.Hold() : new Op.LetGo(small()));
            } else if (what < 90) {
                ops.add(new Op.Reopen());
            } else if (what < 96) {
                ops.add(new Op.Kill());
            } else {
                ops.add(new Op.LosePower(random.nextInt(1000)));
            }
        }
        return ops;
    }

    /** {@return transactions over all families, and nothing else; nothing in them expires} */
    public List<Op> transactions(int count) {
        List<Op> ops = new ArrayList<>();
        hasExpiry = false;
        while (ops.size() < count) {
            transaction(ops);
        }
        return ops;
    }

    private void transaction(List<Op> ops) {
        ops.add(new Op.Begin(level()));
        int changes = 1 + random.nextInt(random.nextInt(6) == 0 ? 40 : 8);
        for (int i = 0; i < changes; i++) {
            change(ops);
        }
        ops.add(random.nextInt(8) == 0 ? new Op.Abort() : new Op.Commit());
    }

    private void change(List<Op> ops) {
        String family = FAMILIES[random.nextInt(FAMILIES.length)];
        int what = random.nextInt(100);
        if (hasExpiry && random.nextInt(4) == 0) {
            expiry(ops, family);
        } else if (what < 5) {
            ops.add(new Op.Update(family, key(), random.nextInt(10_000)));
        } else if (what < 54) {
            ops.add(new Op.Put(family, key(), random.nextInt(10_000)));
        } else if (what < 58) {
            ops.add(new Op.Fill(family, key(), 20 + random.nextInt(60), random.nextInt(10_000)));
        } else if (what < 82) {
            ops.add(new Op.Delete(family, key()));
        } else if (what < 87) {
            ops.add(new Op.DeleteRange(family, bound(), bound()));
        } else if (what < 91) {
            ops.add(new Op.CreateFamily(family));
        } else if (what < 92) {
            ops.add(new Op.DropFamily(family));
        } else if (what < 94) {
            boolean isDrop = what == 93 && random.nextBoolean();
            ops.add(isDrop ? new Op.DropSnapshot(small()) : new Op.Retain(small()));
        } else if (what < 96) {
            ops.add(new Op.TakeSavepoint());
            if (random.nextBoolean()) {
                takenBack(ops);
            }
        } else if (what < 98) {
            ops.add(new Op.RollBackTo(small()));
        } else {
            ops.add(new Op.ReleaseSavepoint(small()));
        }
    }

    /** Transactions are short: what chance alone takes back is next to nothing. */
    private void takenBack(List<Op> ops) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            change(ops);
        }
        ops.add(new Op.RollBackTo(small()));
    }

    private void expiry(List<Op> ops, String family) {
        int what = random.nextInt(100);
        if (what < 50) {
            ops.add(new Op.PutExpiring(family, key(), random.nextInt(10_000), ticks()));
        } else if (what < 75) {
            ops.add(new Op.Touch(family, key(), random.nextInt(4) == 0 ? Op.FOREVER : ticks()));
        } else if (what < 82) {
            ops.add(new Op.SetTtl(family, random.nextBoolean() ? 0 : ticks()));
        } else {
            int most = random.nextBoolean() ? Integer.MAX_VALUE : 1 + small();
            ops.add(new Op.Purge(family, most));
        }
    }

    private void time(List<Op> ops) {
        boolean isSweep = random.nextInt(3) == 0;
        ops.add(isSweep ? new Op.Sweep() : new Op.PassTime(ticks()));
    }

    private int ticks() {
        return random.nextInt(random.nextInt(3) == 0 ? 100 : 10) * TICK_MILLIS;
    }

    /** {@return one of the modes, or null for the checkpoint that has none, half the time} */
    private CheckpointMode mode() {
        int what = random.nextInt(2 * MODES.size());
        return what < MODES.size() ? MODES.get(what) : null;
    }

    private void read(List<Op> ops) {
        int what = random.nextInt(100);
        if (what < 12) {
            ops.add(new Op.Hold());
        } else if (what < 18) {
            ops.add(new Op.LetGo(small()));
        } else if (what < 24) {
            ops.add(new Op.Compare(small()));
        } else if (what < 34) {
            String family = FAMILIES[random.nextInt(FAMILIES.length)];
            ops.add(new Op.OpenCursor(small(), family));
        } else if (what < 37) {
            ops.add(new Op.CloseCursor(small()));
        } else {
            Op.Move[] moves = Op.Move.values();
            ops.add(new Op.MoveCursor(small(), moves[random.nextInt(moves.length)], key()));
        }
    }

    private void upkeep(List<Op> ops) {
        int what = random.nextInt(36);
        if (what >= 30) {
            time(ops);
        } else if (what < 9) {
            ops.add(new Op.Check());
        } else if (what < 18) {
            ops.add(new Op.Checkpoint(mode()));
        } else if (what < 20) {
            vacuum(ops);
        } else if (what < 23) {
            ops.add(new Op.Reopen());
        } else if (what < 25) {
            ops.add(new Op.Kill());
        } else if (what < 26) {
            ops.add(new Op.LosePower(random.nextInt(1000)));
        } else {
            ops.add(new Op.Commit());
        }
    }

    private void vacuum(List<Op> ops) {
        if (random.nextInt(4) > 0) {
            ops.add(new Op.Vacuum(1 + random.nextInt(40)));
        } else {
            // Snapshots that are older than that are not waited for.
            ops.add(new Op.PassTime(HELD_MILLIS));
            ops.add(new Op.Vacuum(0));
        }
    }

    private SyncLevel level() {
        int what = random.nextInt(10);
        return what < 6 ? SyncLevel.NORMAL : what < 9 ? SyncLevel.FULL : SyncLevel.OFF;
    }

    private int key() {
        return random.nextInt(keys);
    }

    private int bound() {
        return random.nextInt(6) == 0 ? -1 : key();
    }

    private int small() {
        return random.nextInt(12);
    }
}
