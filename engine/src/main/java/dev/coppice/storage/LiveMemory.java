package dev.coppice.storage;

import java.lang.foreign.MemorySegment;

/** The chunks of the live file as an open store sees them. Thread safety: any thread. */
sealed interface LiveMemory extends AutoCloseable permits LiveFile, PrivateLive {
    /** {@return a chunk, appended with all before it where it is missing} */
    MemorySegment chunk(int index);

    /** {@return how many chunks there are} */
    int chunkCount();

    /** Takes away the words that tell who holds the store. Requires: the memory is still mapped. */
    void forgetHolder();

    /** Lets others in. Requires: nobody in this process touches the memory any more. */
    @Override
    void close();
}
