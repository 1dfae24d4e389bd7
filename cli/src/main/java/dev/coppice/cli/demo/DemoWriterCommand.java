package dev.coppice.cli.demo;

import dev.coppice.Store;
import dev.coppice.cli.Main;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * The process that the demo starts and kills: records telemetry until its standard input ends, and
 * tells its parent about each commit once it returned.
 */
@Command(
        name = "demo-writer",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Records telemetry until the input ends; started by the demo.")
public final class DemoWriterCommand implements Callable<Integer> {
    private static final int ENTRIES_PER_COMMIT = 8192;
    private static final long HOLD_MILLIS = 2_000;

    @ParentCommand private Main main;

    @Parameters(paramLabel = "FILE", description = "the store")
    private Path file;

    @Option(names = "--retain", description = "entries to keep, about")
    private long maxEntries = 1_000_000;

    @Option(names = "--beans", description = "read the JDK's management beans only")
    private boolean isBeansOnly;

    private final CountDownLatch stop = new CountDownLatch(1);

    @Override
    public Integer call() throws InterruptedException {
        Reporter reporter = new Reporter(main.console());
        Thread.ofPlatform().daemon().name("stop").start(this::awaitEndOfInput);
        try (Telemetry telemetry = isBeansOnly ? new BeanTelemetry() : Telemetry.ofThisMachine()) {
            telemetry.sample();
            record(telemetry, reporter);
        } catch (RuntimeException e) {
            reporter.send(Message.FAILED, e.toString());
            throw e;
        }
        reporter.send(Message.CLOSED, "");
        return 0;
    }

    private void awaitEndOfInput() {
        try {
            // The parent sends nothing: input ends when it wants an end, or is no more.
            main.console().in().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException _) {
            stop.countDown();
        }
        stop.countDown();
    }

    private void record(Telemetry telemetry, Reporter reporter) throws InterruptedException {
        try (Store store = Store.open(file)) {
            Recorder recorder = new Recorder(store, maxEntries);
            recorder.useColumns(telemetry.names());
            reporter.send(Message.OPENED, Integer.toString(telemetry.names().size()));
            List<Thread> analysts = new ArrayList<>();
            for (long holdMillis : new long[] {0, HOLD_MILLIS}) {
                Analyst analyst = new Analyst(store, reporter, stop, holdMillis);
                String name = "analyst, holding " + holdMillis + " ms";
                analysts.add(Thread.ofPlatform().daemon().name(name).start(analyst));
            }
            try {
                recordUntilStopped(telemetry, recorder, reporter);
            } finally {
                stop.countDown();
                for (Thread analyst : analysts) {
                    analyst.join();
                }
            }
        }
    }

    private void recordUntilStopped(Telemetry telemetry, Recorder recorder, Reporter reporter) {
        SampleClock clock = new SampleClock(recorder.lastNanos());
        Batch batch = newBatch(telemetry);
        while (stop.getCount() > 0) {
            boolean isSame = telemetry.sample();
            if (!isSame || batch.isFull()) {
                commit(recorder, batch, reporter);
            }
            if (!isSame) {
                recorder.useColumns(telemetry.names());
                batch = newBatch(telemetry);
            }
            batch.add(clock.nanos(), telemetry.values());
        }
        commit(recorder, batch, reporter);
    }

    private static Batch newBatch(Telemetry telemetry) {
        int metrics = telemetry.names().size();
        return new Batch(Math.ceilDiv(ENTRIES_PER_COMMIT, metrics), metrics);
    }

    private static void commit(Recorder recorder, Batch batch, Reporter reporter) {
        if (batch.samples() > 0) {
            reporter.send(Message.COMMITTED, recorder.commit(batch).toLine());
            batch.clear();
        }
    }
}
