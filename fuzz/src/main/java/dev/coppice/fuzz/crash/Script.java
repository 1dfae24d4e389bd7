package dev.coppice.fuzz.crash;

/**
 * Something to do with a store, the same on every run.
 *
 * @param name for reports
 * @param pageBytes page size of the store
 * @param maxBytes size that its file may have
 * @param hasTwoThreads whether it acts as a second thread from inside a call of the first, which
 *     then can wait for nothing
 * @param losesPower whether it does to its disk what only a simulated one suffers: a loss of power,
 *     a kill inside a call, another file in its place
 * @param work what to do; the session is not open yet
 */
public record Script(
        String name,
        int pageBytes,
        long maxBytes,
        boolean hasTwoThreads,
        boolean losesPower,
        Work work) {

    /** {@return a short name that tells it from all others} */
    @Override
    public String toString() {
        return name + "/" + pageBytes;
    }

    /** What a script does. */
    @FunctionalInterface
    public interface Work {
        void run(Session session);
    }
}
