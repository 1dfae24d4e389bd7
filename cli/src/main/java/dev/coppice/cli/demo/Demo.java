package dev.coppice.cli.demo;

import dev.coppice.CheckReport;
import dev.coppice.Store;
import dev.coppice.cli.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** One run: write, kill, verify, write on, verify. Thread safety: one thread. */
final class Demo {
    private static final long TICK_MILLIS = 100;
    private static final long START_SECONDS = 30;

    private final Console console;
    private final Path file;
    private final int seconds;
    private final boolean isBeansOnly;
    private final Ledger ledger = new Ledger();
    private final DemoReport report;
    private final List<Verification> verifications = new ArrayList<>();
    private long writingNanos;

    Demo(Console console, Path file, int seconds, boolean isBeansOnly) {
        this.console = console;
        this.file = file;
        this.seconds = seconds;
        this.isBeansOnly = isBeansOnly;
        this.report = new DemoReport(console, file, ledger);
    }

    /** Runs it; returns whether nothing was lost and nothing is inconsistent. */
    boolean run() throws InterruptedException {
        console.say("recording this machine's telemetry into " + file);
        long totalNanos = TimeUnit.SECONDS.toNanos(seconds);
        double share = ThreadLocalRandom.current().nextDouble(0.4, 0.6);
        try (WriterProcess writer = new WriterProcess(file, isBeansOnly, ledger)) {
            letRun(writer, (long) (totalNanos * share));
            writer.kill();
            report.killed(writer.pid());
        }
        verify();
        try (WriterProcess writer = new WriterProcess(file, isBeansOnly, ledger)) {
            letRun(writer, totalNanos - writingNanos);
            long started = System.nanoTime();
            writer.stop();
            if (!ledger.isClosed()) {
                ledger.problem("the second writer did not close the store in order");
            }
            report.stopped(Verification.millisSince(started));
        }
        verify();
        return report.summary(verifications, writingNanos);
    }

    private void letRun(WriterProcess writer, long nanos) throws InterruptedException {
        long launched = System.nanoTime();
        while (!ledger.isOpened()
                && writer.isAlive()
                && System.nanoTime() - launched < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        long started = System.nanoTime();
        long elapsed = 0;
        while (elapsed < nanos && writer.isAlive()) {
            long left = TimeUnit.NANOSECONDS.toMillis(nanos - elapsed) + 1;
            TimeUnit.MILLISECONDS.sleep(Math.min(TICK_MILLIS, left));
            elapsed = System.nanoTime() - started;
            report.tick(writingNanos + elapsed);
        }
        if (!writer.isAlive()) {
            ledger.problem("the writer ended by itself");
        }
        writingNanos += elapsed;
    }

    private void verify() {
        long started = System.nanoTime();
        try (Store store = Store.open(file)) {
            double openMillis = Verification.millisSince(started);
            Verification verification = Verification.of(store, openMillis, ledger.acks());
            verifications.add(verification);
            report.verified(verification);
            CheckReport check = store.check((_, _) -> {});
            report.checked(check);
            check.problems().forEach(ledger::problem);
        }
    }
}
