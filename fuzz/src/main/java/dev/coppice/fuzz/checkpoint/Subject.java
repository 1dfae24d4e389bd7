package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointMode;

/** A store that scenarios are done to. Thread safety: one thread. */
interface Subject extends AutoCloseable {
    /** Commits a change, with the handle that asks for checkpoints. */
    void commit();

    /** Begins to read the newest commit, with a handle of its own. */
    void read();

    /** Begins a write transaction with a handle of its own, and changes something. */
    void write();

    /** Opens what the one has that asks for the checkpoint. */
    void own(Scenario.Own own);

    /** Makes a checkpoint; where its patience is enough the others leave when it waits for them. */
    Answer checkpoint(CheckpointMode mode, Scenario.Patience patience);

    @Override
    void close();

    /** Does what a scenario says, and asks for its checkpoint. */
    default Answer run(Scenario scenario) {
        commit();
        checkpoint(CheckpointMode.TRUNCATE, Scenario.Patience.NONE);
        readIf(scenario, Scenario.Other.BASE);
        commit();
        readIf(scenario, Scenario.Other.OLDER);
        commit();
        readIf(scenario, Scenario.Other.NEWEST);
        if (scenario.has(Scenario.Other.PASSIVE)) {
            checkpoint(CheckpointMode.PASSIVE, Scenario.Patience.NONE);
        }
        readIf(scenario, Scenario.Other.AFTER);
        if (scenario.has(Scenario.Other.WRITER)) {
            write();
        }
        own(scenario.own());
        return checkpoint(scenario.mode(), scenario.patience());
    }

    private void readIf(Scenario scenario, Scenario.Other other) {
        if (scenario.has(other)) {
            read();
        }
    }
}
