package dev.coppice.storage;

import java.lang.foreign.MemorySegment;

/** The chunks of the live file as an open store sees them. Thread safety: any thread. */
sealed interface LiveMemory extends AutoCloseable permits LiveFile, PrivateLive {
    /** {@return a chunk, appended with all before it where it is missing} */
    MemorySegment chunk(int index);

    /** {@return how many chunks there are} */
    int chunkCount();

    /** {@return who else has the store open} */
    Processes processes();

    /** Keeps other processes from growing the data file until {@link #leaveGrowth}. */
    void enterGrowth();

    /** Lets others grow the data file. */
    void leaveGrowth();

    /** Takes away the words that tell who has the store open. Requires: it is still mapped. */
    void leave();

    /** Lets others in. Requires: nobody in this process touches the memory any more. */
    @Override
    void close();
}
