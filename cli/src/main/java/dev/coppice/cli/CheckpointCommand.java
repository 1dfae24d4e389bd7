package dev.coppice.cli;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.coppice.CheckpointMode;
import dev.coppice.CheckpointResult;
import dev.coppice.Store;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Makes a checkpoint. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the newest commit durable and what recovery starts from, and says how many pages"
                    + " that took.",
            "FULL waits until no other process reads an older commit; RESTART also for those that"
                    + " read the newest one and began before it was checkpointed; TRUNCATE cuts the"
                    + " free tail off the file, too. Ends with 1 when they were still there after the"
                    + " timeout; what PASSIVE does is done then.",
            "A store in use makes its checkpoints by itself, and closing it makes one."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice checkpoint prices.coppice",
            "  coppice checkpoint prices.coppice --mode TRUNCATE --timeout 0",
            "  coppice checkpoint prices.coppice --mode full --json | jq .logFrames"
        })
final class CheckpointCommand implements Callable<Integer> {
    private static final long LONGEST_MILLIS = 86_400_000;

    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "${COMPLETION-CANDIDATES} (default: PASSIVE)")
    private CheckpointMode mode = CheckpointMode.PASSIVE;

    @Option(
            names = "--timeout",
            paramLabel = "MS",
            description = "wait at most so many milliseconds, 0 not at all (default: 3000)")
    private long timeout = 3_000;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        if (timeout < 0 || timeout > LONGEST_MILLIS) {
            throw new UsageException(
                    "--timeout " + timeout + ": from 0 to " + LONGEST_MILLIS + " milliseconds");
        }
        CheckpointResult result;
        long fileBytes;
        try (Store store = file.openToCheckpoint()) {
            result = store.checkpoint(mode, timeout, TimeUnit.MILLISECONDS);
            fileBytes = store.stats().fileBytes();
        }
        if (json.isJson()) {
            main.console()
                    .json(out ->
                            out.field("mode", mode.name())
                                    .field("busy", result.busy())
                                    .field("logFrames", result.logFrames())
                                    .field("checkpointedFrames", result.checkpointedFrames())
                                    .field("fileBytes", fileBytes));
        } else {
            main.console().say(text(result, fileBytes));
        }
        return result.busy() ? ExitCode.NEGATIVE : ExitCode.OK;
    }

    private String text(CheckpointResult result, long fileBytes) {
        return format(
                ROOT,
                "%s %s: %,d of %,d log frames checkpointed, file %s",
                mode,
                result.busy() ? "busy, other processes are in the way" : "done",
                result.checkpointedFrames(),
                result.logFrames(),
                Numbers.bytes(fileBytes));
    }
}
