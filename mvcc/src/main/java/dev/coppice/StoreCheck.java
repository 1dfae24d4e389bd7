package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.Inspection;
import dev.coppice.engine.ReadView;
import dev.coppice.engine.check.IntegrityCheck;
import dev.coppice.engine.commit.ImageExtent;
import dev.coppice.engine.page.PageMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs integrity checks on an open store.
 *
 * <p>Thread safety: any thread.
 */
final class StoreCheck {
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Engine engine;

    StoreCheck(Engine engine) {
        this.engine = engine;
    }

    /** Checks the newest root and accounts for every page of the file. */
    CheckReport check(long nowMillis, Progress progress) {
        List<String> problems = new ArrayList<>(engine.store().headerProblems());
        try (Inspection inspection = engine.inspect(nowMillis)) {
            IntegrityCheck.@Nullable Space space = null;
            if (inspection.freeSpaceProblem() != null) {
                problems.add("free space: " + inspection.freeSpaceProblem());
            } else if (inspection.isFreeSpaceKnown()) {
                space =
                        new IntegrityCheck.Space(
                                inspection.header(),
                                images(inspection.known().image()),
                                inspection.free(),
                                inspection.pending(),
                                inspection::isImageKept);
            }
            return run(inspection.view(), inspection.sealedUpTo(), space, progress, problems);
        }
    }

    private static List<ImageExtent> images(ImageExtent image) {
        return image.firstPage() == 0 ? List.of() : List.of(image);
    }

    /** Checks the newest root at a bounded rate, while the store is in use. */
    CheckReport scrub(long nowMillis, long bytesPerSecond, Progress progress) {
        long sealedUpTo = engine.durableTxn();
        ReadView view = engine.read(nowMillis);
        try {
            Progress paced = paced(bytesPerSecond, progress);
            return run(view, sealedUpTo, null, paced, new ArrayList<>());
        } finally {
            engine.release(view);
        }
    }

    private Progress paced(long bytesPerSecond, Progress progress) {
        long started = System.nanoTime();
        double nanosPerPage = engine.pageSize().bytes() * 1e9 / bytesPerSecond;
        return (done, total) -> {
            progress.reached(done, total);
            long due = started + (long) (done * nanosPerPage);
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(Math.min(wait, LONGEST_PAUSE_NANOS));
            }
        };
    }

    private CheckReport run(
            ReadView view,
            long sealedUpTo,
            IntegrityCheck.@Nullable Space space,
            Progress progress,
            List<String> problems) {
        PageMap pages = new PageMap(engine.pageSize(), view.pages().chunks(), null);
        IntegrityCheck check =
                new IntegrityCheck(pages, engine.pageSize(), sealedUpTo, progress::reached);
        var found = check.check(view.root(), space);
        long count = problems.size() + found.problemCount();
        found.problems().forEach(problem -> problems.add(problem.toString()));
        return new CheckReport(List.copyOf(problems), count, found.pages(), found.entries());
    }
}
