package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointMode;
import dev.coppice.CheckpointResult;
import dev.coppice.JournalMode;
import dev.coppice.MaintenanceMode;
import dev.coppice.Progress;
import dev.coppice.Snapshot;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.WriteTransaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * This store: a snapshot for each reader, a thread for the other writer. Thread safety: one thread.
 */
final class CoppiceSubject implements Subject {
    private static final long LITTLE_MILLIS = 10;
    private static final long ENOUGH_MILLIS = 600_000;

    private final Store store;
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final List<Snapshot> readers = new ArrayList<>();
    private WriteTransaction otherWriter;
    private Snapshot ownReader;
    private WriteTransaction ownWriter;
    private int commits;

    /** Whether the checkpoint has ended that the others look at. */
    private volatile boolean isOver;

    CoppiceSubject(JournalMode journal) {
        store =
                Store.inMemory(
                        StoreConfig.defaults()
                                .withJournalMode(journal)
                                .withBackgroundCheckpoints(false)
                                .withMaintenance(MaintenanceMode.MANUAL)
                                .withCloseTimeoutMillis(0));
    }

    private byte[] key() {
        return ("key " + commits++).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void commit() {
        store.put(key(), new byte[300]);
    }

    @Override
    public void read() {
        readers.add(store.snapshot());
    }

    @Override
    public void write() {
        inOther(() -> {
            otherWriter = store.begin();
            otherWriter.put(key(), new byte[300]);
        });
    }

    private void inOther(Runnable work) {
        CompletableFuture.runAsync(work, other).join();
    }

    @Override
    public void own(Scenario.Own what) {
        switch (what) {
            case NOTHING -> {}
            case READ -> ownReader = store.snapshot();
            case WRITE -> {
                ownWriter = store.begin();
                ownWriter.put(key(), new byte[300]);
            }
        }
    }

    @Override
    public Answer checkpoint(CheckpointMode mode, Scenario.Patience patience) {
        return switch (patience) {
            case NONE -> Answer.of(store.checkpoint(mode, 0, TimeUnit.MILLISECONDS));
            case LITTLE -> Answer.of(store.checkpoint(mode, LITTLE_MILLIS, TimeUnit.MILLISECONDS));
            case ENOUGH ->
                    mode == CheckpointMode.PASSIVE
                            ? Answer.of(store.checkpoint(mode))
                            : whileOthersLeave(mode);
        };
    }

    /** A reader of the one's own never leaves, so that nothing would be enough for it. */
    private Answer whileOthersLeave(CheckpointMode mode) {
        Thread asking = Thread.currentThread();
        isOver = false;
        CompletableFuture<Void> left =
                CompletableFuture.runAsync(() -> leaveWhenWaitedFor(asking), other);
        long millis = ownReader == null ? ENOUGH_MILLIS : LITTLE_MILLIS * 20;
        CheckpointResult result = store.checkpoint(mode, millis, TimeUnit.MILLISECONDS);
        isOver = true;
        left.join();
        return Answer.of(result);
    }

    private void leaveWhenWaitedFor(Thread asking) {
        while (!isOver && asking.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        if (!isOver) {
            leave(true);
        }
    }

    private void leave(boolean commits) {
        readers.forEach(Snapshot::close);
        readers.clear();
        if (otherWriter != null) {
            if (commits) {
                otherWriter.commit();
            }
            otherWriter.close();
            otherWriter = null;
        }
    }

    @Override
    public void close() {
        try (store) {
            inOther(() -> leave(false));
            if (ownReader != null) {
                ownReader.close();
            }
            if (ownWriter != null) {
                ownWriter.close();
            }
            List<String> problems = store.check(Progress.NONE).problems();
            if (!problems.isEmpty()) {
                throw new AssertionError(problems.toString());
            }
        } finally {
            other.shutdown();
        }
    }
}
