package dev.coppice.fuzz.races;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The reader's side and the writer's side of a pin, the engine's own code, in every order in which
 * the memory model lets their accesses follow each other. What depends on a fence shows here and
 * hardly ever on a machine.
 *
 * <p>Thread safety: immutable.
 */
final class Orders {
    private static final String PINS = "dev.coppice.engine.commit.Pins";

    private final ClassLoader classes = new RedirectedClasses();

    /**
     * Two threads that meet.
     *
     * @param setup what happened before: methods of Pins
     * @param reader what the reader does then
     * @param writer what it publishes before it looks who pins what
     * @param outcomes what the reader pins and what the writer sees, all that there are; 0 is that
     *     it has to wait, 3 that nobody pins anything
     */
    record Meeting(
            String name,
            List<String> setup,
            List<String> reader,
            long writer,
            Set<String> outcomes) {}

    /** {@return all meetings} */
    static List<Meeting> meetings() {
        return List.of(
                new Meeting(
                        "claimOrder",
                        List.of(),
                        List.of("claim", "pin"),
                        2,
                        Set.of("1, 0", "2, 0", "1, 1", "2, 2", "2, 3")),
                new Meeting(
                        "refreshOrder",
                        List.of("pinNewest"),
                        List.of("refresh"),
                        2,
                        Set.of("1, 0", "2, 0", "1, 1", "2, 1", "2, 2")),
                new Meeting(
                        "wakeOrder",
                        List.of("pinNewest", "park"),
                        List.of("refresh"),
                        2,
                        Set.of("1, 0", "2, 0", "1, 1", "2, 2", "2, 3")),
                new Meeting(
                        "moveOrder",
                        List.of("pinNewest", "publish 2"),
                        List.of("refresh"),
                        4,
                        Set.of("2, 0", "4, 0", "2, 2", "4, 1", "4, 4")));
    }

    /**
     * Tries all orders of a meeting.
     *
     * @return how many states there were
     * @throws AssertionError when an outcome is not one of those named, or one of those is missing
     */
    int explore(Meeting meeting) throws ReflectiveOperationException {
        Constructor<?> pins = classes.loadClass(PINS).getDeclaredConstructor();
        pins.setAccessible(true);
        StoreBuffers[] memory = {null};
        memory[0] =
                new StoreBuffers(
                        List.of(
                                () -> {
                                    Side reader = new Side(pins, meeting.setup());
                                    return Accesses.on(
                                            memory[0], () -> reader.call(meeting.reader()));
                                },
                                () -> {
                                    Side writer = new Side(pins, meeting.setup());
                                    return Accesses.on(
                                            memory[0],
                                            () ->
                                                    writer.call(
                                                            List.of(
                                                                    "publish " + meeting.writer(),
                                                                    "seen")));
                                }));
        Set<String> found = memory[0].explore();
        if (!found.equals(meeting.outcomes())) {
            throw new AssertionError(
                    "what the reader pins and the writer sees: "
                            + found
                            + ", not "
                            + new TreeSet<>(meeting.outcomes()));
        }
        return memory[0].states();
    }

    /** The table of slots as one of the two has it; the memory is the same. */
    private static final class Side {
        private final Object pins;
        private int slot;

        Side(Constructor<?> constructor, List<String> setup) {
            try {
                pins = constructor.newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            call(setup);
        }

        /** Calls one after another, on the slot that one of them has claimed. */
        long call(List<String> calls) {
            long result = 0;
            for (String each : calls) {
                String[] words = each.split(" ", -1);
                switch (words[0]) {
                    case "claim", "pinNewest" -> slot = (int) call(words[0]);
                    case "publish" -> call(words[0], Long.valueOf(words[1]));
                    case "seen" -> result = call(words[0]);
                    default -> result = call(words[0], slot);
                }
            }
            return result;
        }

        private long call(String name, Object... arguments) {
            try {
                for (Method method : pins.getClass().getDeclaredMethods()) {
                    if (method.getName().equals(name)) {
                        method.setAccessible(true);
                        Object result = method.invoke(pins, arguments);
                        return result == null ? 0 : ((Number) result).longValue();
                    }
                }
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException(e);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
            throw new IllegalStateException("no such method: " + name);
        }
    }
}
