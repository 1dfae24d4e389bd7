package dev.coppice.storage;

import java.util.function.IntConsumer;

/** No other process that matters. Stateless. */
class NoProcesses implements Processes {
    @Override
    public int self() {
        return 0;
    }

    @Override
    public long processId(int row) {
        return row == 0 ? ProcessHandle.current().pid() : 0;
    }

    @Override
    public String describe(int row) {
        return Machine.describeProcess();
    }

    @Override
    public boolean isAlone() {
        return true;
    }

    @Override
    public boolean isOnlyWriter() {
        return true;
    }

    @Override
    public void admit() {
        // Nobody waits.
    }

    @Override
    public boolean keepOthersOut() {
        return true;
    }

    @Override
    public void reap(IntConsumer release) {
        // Nobody dies.
    }

    @Override
    public boolean isAttached() {
        return true;
    }

    @Override
    public void requireAttached() {
        // Nobody looks.
    }
}
