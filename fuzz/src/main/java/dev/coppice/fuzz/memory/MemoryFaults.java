package dev.coppice.fuzz.memory;

import dev.coppice.fuzz.crash.AllocationSweep;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/** Runs the sweep over allocations with classes of its own. Thread safety: one thread. */
public final class MemoryFaults {
    private MemoryFaults() {}

    /**
     * Lets allocations of a script fail.
     *
     * @param counts receives the number of failures, of places and of images
     * @return what was wrong
     */
    public static List<String> sweep(String script, int first, int stride, long[] counts) {
        try {
            return Sweeps.CLASSES
                                    .loadClass(AllocationSweep.class.getName())
                                    .getMethod(
                                            "run", String.class, int.class, int.class, long[].class)
                                    .invoke(null, script, first, stride, counts)
                            instanceof List<?> found
                    ? found.stream().map(String::valueOf).toList()
                    : List.of();
        } catch (InvocationTargetException e) {
            throw new AssertionError(script, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loaded once: the classes take a while to become fast. */
    private static final class Sweeps {
        private static final AllocatingClasses CLASSES = new AllocatingClasses();
    }
}
