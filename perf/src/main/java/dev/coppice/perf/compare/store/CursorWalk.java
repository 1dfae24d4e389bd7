package dev.coppice.perf.compare.store;

/** A walk with a cursor that is on an entry as soon as it is placed. Thread safety: one thread. */
abstract class CursorWalk implements Walk {
    private boolean isForward;
    private boolean isAtStart;
    private boolean isFound;

    abstract boolean first();

    abstract boolean last();

    abstract boolean seek(byte[] key);

    abstract boolean forward();

    abstract boolean back();

    @Override
    public final void start(boolean forward) {
        isForward = forward;
        isFound = forward ? first() : last();
        isAtStart = true;
    }

    @Override
    public final void startAt(byte[] key) {
        isForward = true;
        isFound = seek(key);
        isAtStart = true;
    }

    @Override
    public final boolean next() {
        if (isAtStart) {
            isAtStart = false;
            return isFound;
        }
        return isForward ? forward() : back();
    }
}
