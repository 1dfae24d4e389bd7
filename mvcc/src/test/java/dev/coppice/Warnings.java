package dev.coppice;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects the warnings of all stores while it is open. Thread safety: any thread. */
final class Warnings extends Handler {
    private final Logger logger = Logger.getLogger("dev.coppice");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    static Warnings open() {
        Warnings warnings = new Warnings();
        warnings.logger.addHandler(warnings);
        warnings.logger.setUseParentHandlers(false);
        return warnings;
    }

    /** {@return the warnings that contain a text} */
    List<LogRecord> with(String part) {
        return records.stream().filter(r -> r.getMessage().contains(part)).toList();
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
            records.add(record);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
