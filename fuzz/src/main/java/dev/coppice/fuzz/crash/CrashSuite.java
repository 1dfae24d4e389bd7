package dev.coppice.fuzz.crash;

import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.model.History;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs scripts and crashes them.
 *
 * <p>Thread safety: immutable.
 */
public final class CrashSuite {
    private final Density density;
    private final UnaryOperator<Storage> wrapper;

    CrashSuite(Density density, UnaryOperator<Storage> wrapper) {
        this.density = density;
        this.wrapper = wrapper;
    }

    /** {@return what each build runs} */
    public static CrashSuite smoke() {
        return new CrashSuite(Density.SMOKE, storage -> storage);
    }

    /** {@return what the nightly run takes: each moment with all that may follow} */
    public static CrashSuite thorough() {
        return new CrashSuite(Density.THOROUGH, storage -> storage);
    }

    /** {@return every script with every page size} */
    public static List<Script> scripts() {
        return Scripts.all();
    }

    /**
     * Runs one script and crashes it at every step.
     *
     * @param seed of the choices that are made by chance
     * @param maxSeconds when to stop making images
     */
    public CrashFigures run(Script script, long seed, long maxSeconds) {
        CrashFigures figures = new CrashFigures();
        run(script, seed, maxSeconds, figures);
        return figures;
    }

    /** As {@link #run(Script, long, long)}, adding to figures. */
    void run(Script script, long seed, long maxSeconds, CrashFigures figures) {
        long deadline = System.nanoTime() + maxSeconds * 1_000_000_000L;
        CrashEnumeration crashes =
                new CrashEnumeration(script, density, wrapper, figures, seed, deadline);
        SimulatedDisk disk = new SimulatedDisk(script.maxBytes());
        Session session = new Session(disk, script.pageBytes(), new History(), crashes, wrapper);
        figures.script();
        try {
            script.work().run(session);
        } catch (RuntimeException | Error e) {
            figures.fail(script + " itself", e);
        }
        try {
            session.abandon();
        } catch (RuntimeException | Error e) {
            figures.fail(script + " at its end", e);
        }
    }
}
