package dev.coppice.perf.figures;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Lines for {@code coppice load}. Thread safety: one thread. */
final class Generate {
    private static final String HELP =
            """
            Usage: perf/run generate N [SEED]

            Prints N lines: a key of 16 decimal digits, a tab, a value of 100 letters and digits.
            The keys are 0 to N-1, each once, in an order that SEED (default 1) decides.
            """;
    static final int LINE_BYTES = Entries.KEY_BYTES + 1 + Entries.VALUE_BYTES + 1;
    private static final int LINES_PER_WRITE = 2048;

    private Generate() {}

    static void run(List<String> words) throws IOException {
        if (Figures.isHelp(words, HELP)) {
            return;
        }
        Arguments arguments = new Arguments(words, List.of(), List.of());
        if (!arguments.hasWords()) {
            throw new UsageException("how many lines?");
        }
        long count = arguments.nextNumber("N", 0, 1, 1L << 50);
        long seed = arguments.nextNumber("SEED", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        arguments.end();
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            write(count, seed, out);
        }
    }

    static void write(long count, long seed, OutputStream out) throws IOException {
        KeyOrder order = new KeyOrder(count, seed);
        Entries entries = new Entries();
        byte[] lines = new byte[LINES_PER_WRITE * LINE_BYTES];
        int at = 0;
        for (long i = 0; i < count; i++) {
            long number = order.at(i);
            line(number, entries, lines, at);
            at += LINE_BYTES;
            if (at == lines.length) {
                out.write(lines);
                at = 0;
            }
        }
        out.write(lines, 0, at);
    }

    /** Writes the line of a key. */
    static void line(long number, Entries entries, byte[] target, int from) {
        int at = from;
        Entries.key(number, target, at);
        at += Entries.KEY_BYTES;
        target[at++] = '\t';
        entries.value(number, target, at);
        target[at + Entries.VALUE_BYTES] = '\n';
    }
}
