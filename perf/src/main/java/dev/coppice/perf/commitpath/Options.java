package dev.coppice.perf.commitpath;

import java.util.Map;
import java.util.TreeMap;

/** Command-line {@code key=value} options with defaults. Thread safety: immutable. */
final class Options {
    private final Map<String, String> values = new TreeMap<>();

    private Options() {}

    static Options parse(String[] args, int first) {
        var options = new Options();
        for (int index = first; index < args.length; index++) {
            String[] pair = args[index].split("=", 2);
            if (pair.length != 2) {
                throw new IllegalArgumentException("expected key=value: " + args[index]);
            }
            options.values.put(pair[0], pair[1]);
        }
        return options;
    }

    long number(String key, long otherwise) {
        String value = values.get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }

    String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
