package dev.coppice.engine;

import dev.coppice.engine.commit.Checkpoint;
import dev.coppice.engine.commit.OpenStore;
import dev.coppice.engine.commit.StoreRoot;
import dev.coppice.engine.page.PageVerifier;
import dev.coppice.engine.space.ExtentList;

/**
 * Runs checkpoints: which role each half of one needs, and what is told to whom afterwards.
 *
 * <p>Thread safety: any thread, but for what needs a role.
 */
final class Checkpoints {
    private final Roles roles;
    private final OpenStore store;
    private final PageVerifier verifier;
    private final EngineObserver observer;

    /** A checkpoint makes room: another for its sake would wait for the role that it holds. */
    private boolean isCapturing;

    /**
     * Creates what runs the checkpoints of a store.
     *
     * @param verifier told which pages are sealed
     */
    Checkpoints(Roles roles, OpenStore store, PageVerifier verifier, EngineObserver observer) {
        this.roles = roles;
        this.store = store;
        this.verifier = verifier;
        this.observer = observer;
    }

    /** {@return whether a checkpoint is being captured; writer role} */
    boolean isCapturing() {
        return isCapturing;
    }

    /** As {@link Engine#checkpoint}. */
    boolean run(long timeoutNanos) {
        if (!roles.tryWriter(timeoutNanos)) {
            return false;
        }
        if (!roles.tryCheckpoint()) {
            roles.releaseWriter();
            return false;
        }
        runHoldingRoles();
        return true;
    }

    /** Captures, lets the writer role go, completes, and lets the checkpoint role go. */
    void runHoldingRoles() {
        try {
            Checkpoint.Captured captured;
            try {
                captured = capture(false);
            } finally {
                roles.releaseWriter();
            }
            complete(captured);
        } finally {
            roles.releaseCheckpoint();
        }
    }

    /** As {@link Checkpoint#capture(ExtentList, boolean)}. Both roles. */
    Checkpoint.Captured capture(boolean always) {
        isCapturing = true;
        try {
            store.reapReaders();
            return store.checkpoint().capture(null, always);
        } finally {
            isCapturing = false;
        }
    }

    /**
     * A checkpoint for a writer that has no room left and keeps its role. Writer role.
     *
     * @param allocated what its transaction has allocated, or null
     */
    void runForWriter(ExtentList allocated) {
        roles.takeCheckpoint();
        try {
            complete(store.checkpoint().capture(allocated));
        } finally {
            roles.releaseCheckpoint();
        }
    }

    /** Completes what was captured, unless that is null. Checkpoint role. */
    void complete(Checkpoint.Captured captured) {
        if (captured != null) {
            Object begun = observer.begins(EngineObserver.Work.CHECKPOINT);
            boolean isDone = false;
            long sealed = 0;
            try {
                sealed = store.checkpoint().complete(captured);
                isDone = true;
            } finally {
                long base = captured.target().txn();
                observer.ended(EngineObserver.Work.CHECKPOINT, begun, isDone, base, sealed);
            }
            tellSealed();
        }
    }

    /** Makes a pinned root durable, and leaves the base where it is. Checkpoint role. */
    void saveTip(StoreRoot pinned) {
        store.checkpoint().saveTip(pinned);
        tellSealed();
    }

    private void tellSealed() {
        verifier.sealedUpTo(store.known().tip().txn());
    }
}
