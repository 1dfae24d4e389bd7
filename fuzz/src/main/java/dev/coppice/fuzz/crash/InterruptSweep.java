package dev.coppice.fuzz.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs scripts on files and interrupts their thread right before the n-th operation that goes to
 * the system, for every n. That changes nothing: the script ends as it does without, no interrupt
 * is lost, and the next opening finds what the script has left, with every page accounted for.
 *
 * <p>Thread safety: one thread.
 */
public final class InterruptSweep {
    private final Script script;
    private final CrashFigures figures;

    /** How often the thread is interrupted. */
    public enum Mode {
        /** Before one operation, and behind it the interrupt is taken. */
        FILE_INTERRUPT_ONCE,
        /** Before one operation and all that follow; nobody takes the interrupt. */
        FILE_INTERRUPT_FOR_GOOD
    }

    InterruptSweep(Script script, CrashFigures figures) {
        this.script = script;
        this.figures = figures;
    }

    /** {@return a sweep over one script} */
    public static InterruptSweep of(Script script) {
        return new InterruptSweep(script, new CrashFigures());
    }

    /** {@return all modes, and none for a script that does what only a simulated disk can} */
    public static List<Mode> modes(Script script) {
        boolean isFit = !script.hasTwoThreads() && !script.losesPower();
        return isFit ? List.of(Mode.values()) : List.of();
    }

    /**
     * Runs the script once for each operation that can be interrupted.
     *
     * @param first the first operation that is, from 1
     * @param stride only each so manieth operation
     */
    public CrashFigures run(Mode mode, int first, int stride) {
        for (int ordinal = first; ; ordinal += stride) {
            figures.script();
            String where = script + " " + mode + " " + ordinal;
            if (!runWith(mode, ordinal, where) || figures.isOver()) {
                return figures;
            }
        }
    }

    /** Returns whether the operation was reached. */
    private boolean runWith(Mode mode, int ordinal, String where) {
        InterruptingStorage.Plan plan =
                new InterruptingStorage.Plan(ordinal, mode == Mode.FILE_INTERRUPT_FOR_GOOD);
        Path directory = newDirectory();
        Path file = directory.resolve("store");
        Session session =
                Session.onFile(script.pageBytes(), () -> plan.open(file, script.maxBytes()));
        try {
            script.work().run(session);
            requireWhole(session, plan);
        } catch (RuntimeException | Error e) {
            Thread.interrupted(); // what the next run must not find
            figures.fail(where, e);
        }
        try {
            session.abandon();
        } catch (RuntimeException | Error e) {
            figures.fail(where + " | closing", e);
        }
        Thread.interrupted();
        delete(directory);
        return plan.hasHappened();
    }

    private static void requireWhole(Session session, InterruptingStorage.Plan plan) {
        if (session.engine() != null) {
            session.checkNewest();
            session.close();
        }
        plan.end();
        session.open();
        session.checkNewest();
        session.close();
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("coppice-interrupts");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path each : files) {
                Files.delete(each);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
