package dev.coppice.perf.figures;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The measurements of Coppice alone, and what all commands share. Stateless. */
public final class Figures {
    private static final String HELP =
            """
            Usage: perf/run COMMAND [OPTIONS]

            Each command explains itself with --help.

            Coppice alone:

              generate N [SEED]  N lines of random-order key, tab, value on standard output
              load               those lines into ./coppice load with a heap of 256 MB
              round-trip         ./coppice dump | ./coppice load, compared byte by byte
              copy-under-load    checked copies of a store that a thread writes to
              open-time          opening a large and a small store, closed or killed before
              parallel-scan      one thread against two over the parts of a split
              allocation         bytes allocated by reads, by JMH
              interrupts         reads and durable commits under a storm of interrupts
              before             this build beside that of another commit, in alternation
              expiry             purge and sweep of entries that expire
              diff               what changed between two snapshots; commits beside 1,000 names
              vacuum             the file after deleting 90 %, beside a writer and a reader
              handover           the writer role between two processes, in a large and a small store
            """;
    private static final String HELP_END =
            """

            Files go to perf/target/figures unless --dir names another folder. PERF_JVM in the
            environment holds more options for the measured JVMs.
            """;

    private Figures() {}

    /** A command. */
    public interface Measurement {
        void run(List<String> arguments) throws IOException;
    }

    /** Finds a command that this package does not have; null where there is none either. */
    public interface Others {
        Measurement find(String command);
    }

    /** Runs a command line; {@code others} and their help are the commands from elsewhere. */
    public static int run(List<String> words, Others others, String othersHelp) {
        String help = HELP + othersHelp + HELP_END;
        if (words.isEmpty()) {
            System.err.print(help);
            return 2;
        }
        if (words.getFirst().equals("--help") || words.getFirst().equals("-h")) {
            System.out.print(help);
            return 0;
        }
        Measurement own = find(words.getFirst());
        Measurement measurement = own == null ? others.find(words.getFirst()) : own;
        if (measurement == null) {
            System.err.println("perf/run: no such command: " + words.getFirst());
            System.err.print(help);
            return 2;
        }
        try {
            measurement.run(words.subList(1, words.size()));
            return 0;
        } catch (UsageException e) {
            String command = "perf/run " + words.getFirst();
            System.err.println(command + ": " + e.getMessage() + "; see: " + command + " --help");
            return 2;
        } catch (IOException e) {
            System.err.println("perf/run " + words.getFirst() + ": " + e.getMessage());
            return 1;
        }
    }

    private static Measurement find(String command) {
        return switch (command) {
            case "generate" -> Generate::run;
            case "load" -> Load::run;
            case "round-trip" -> RoundTrip::run;
            case "copy-under-load" -> CopyUnderLoad::run;
            case "open-time" -> OpenTime::run;
            case "parallel-scan" -> ParallelScan::run;
            case "allocation" -> Allocation::run;
            case "interrupts" -> Interrupts::run;
            case "before" -> Before::run;
            case "expiry" -> ExpiryFigures::run;
            case "diff" -> DiffFigures::run;
            case "vacuum" -> VacuumFigures::run;
            case "handover" -> HandOver::run;
            default -> null;
        };
    }

    /** Prints a command's help where it was asked for; returns whether it was. */
    public static boolean isHelp(List<String> words, String help) {
        boolean isWanted = words.stream().anyMatch(Arrays.asList("--help", "-h")::contains);
        if (isWanted) {
            System.out.print(help);
        }
        return isWanted;
    }

    /** Says what is going on, beside the tables on standard output. */
    public static void say(String text) {
        System.err.println(text);
    }
}
