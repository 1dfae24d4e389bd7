package dev.coppice.engine;

/**
 * Learns of what takes long in an engine, when it begins and when it has ended, from the thread
 * that does it. Every method does nothing by default.
 *
 * <p>What {@link #begins} returns is handed back at the end, so that an observer can tell the time,
 * which the engine cannot. Called under roles and monitors of the engine: an observer must not call
 * it, nor wait for anything.
 */
public interface EngineObserver {
    /** Does nothing. */
    EngineObserver NONE = new EngineObserver() {};

    /** What may be observed. */
    enum Work {
        /** A checkpoint, from the capture of its root on. */
        CHECKPOINT,

        /** Growth of the file. */
        GROWTH,

        /** A wait for the writer role, which another transaction has. */
        WRITER_WAIT
    }

    /** {@return what {@link #ended} is to be given, which may be null} */
    default Object begins(Work work) {
        return null;
    }

    /**
     * What began has ended.
     *
     * @param begun what {@link #begins} returned
     * @param isDone whether it did what it was for
     * @param from CHECKPOINT: the transaction that is the base; GROWTH: size before, in bytes
     * @param to CHECKPOINT: pages that were sealed; GROWTH: size after, in bytes
     */
    default void ended(Work work, Object begun, boolean isDone, long from, long to) {}
}
