package dev.coppice.fuzz.crash;

import dev.coppice.fuzz.model.History;
import dev.coppice.storage.Storage;
import dev.coppice.testkit.SimulatedDisk;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs scripts and crashes them. Arguments of {@link #main}, in any order: {@code thorough}, {@code
 * faults}, {@code stop} (at the first script that fails), {@code seed=1}, {@code seconds=60} for
 * each script, {@code stride=1} for faults, {@code script=growth/512}.
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
        return figures;
    }

    /** Runs what the arguments say and prints figures; see the class comment. */
    public static void main(String[] arguments) {
        List<String> words = List.of(arguments);
        CrashFigures all = new CrashFigures();
        for (Script script : scripts()) {
            boolean isWanted = words.stream().noneMatch(word -> word.startsWith("script="));
            isWanted |=
                    words.contains("script=" + script) || words.contains("script=" + script.name());
            if (isWanted && (all.failures() == 0 || !words.contains("stop"))) {
                long seed = number(words, "seed", 1);
                if (words.contains("faults")) {
                    for (FaultSweep.Mode mode : FaultSweep.modes(script)) {
                        int stride = (int) number(words, "stride", 1);
                        FaultSweep sweep =
                                words.contains("thorough")
                                        ? FaultSweep.thorough(script)
                                        : FaultSweep.smoke(script);
                        report(script + " " + mode, sweep.run(mode, (int) seed, stride), all);
                    }
                } else {
                    CrashSuite suite = words.contains("thorough") ? thorough() : smoke();
                    long seconds = number(words, "seconds", 60);
                    report(script + " seed " + seed, suite.run(script, seed, seconds), all);
                }
            }
        }
        System.out.println("all: " + all);
        if (all.failures() > 0) {
            System.exit(1);
        }
    }

    private static long number(List<String> words, String name, long otherwise) {
        for (String word : words) {
            if (word.startsWith(name + "=")) {
                return Long.parseLong(word.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    private static void report(String what, CrashFigures figures, CrashFigures all) {
        System.out.println(what + ": " + figures);
        figures.reported().forEach(System.out::println);
        all.add(figures);
    }
}
