package dev.coppice.perf.figures;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options {@code --name value} and {@code --name}, and the words between them. */
public final class Arguments {
    private final Deque<String> words = new ArrayDeque<>();
    private final Map<String, String> values = new HashMap<>();

    /**
     * Reads a command line.
     *
     * @param flags names of options without a value
     * @param named names of options with one
     * @throws UsageException where there is another option, or a value is missing
     */
    public Arguments(List<String> line, List<String> flags, List<String> named) {
        var rest = new ArrayDeque<>(line);
        while (!rest.isEmpty()) {
            String word = rest.pop();
            String name = word.startsWith("--") ? word.substring(2) : null;
            if (name == null) {
                words.add(word);
            } else if (flags.contains(name)) {
                values.put(name, "");
            } else if (!named.contains(name)) {
                throw new UsageException("unknown option: " + word);
            } else if (rest.isEmpty()) {
                throw new UsageException("a value is missing: " + word);
            } else {
                values.put(name, rest.pop());
            }
        }
    }

    public boolean has(String flag) {
        return values.containsKey(flag);
    }

    public long number(String name, long otherwise, long min, long max) {
        String value = values.get(name);
        return value == null ? otherwise : checked("--" + name, value, min, max);
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public int count(String name, int otherwise, int max) {
        return (int) number(name, otherwise, 1, max);
    }

    /** {@return the option's path, or a folder of that name beside the benchmarks} */
    public Path folder(String name, String otherwise) {
        String value = values.get(name);
        return value == null ? Installation.folder(otherwise) : Path.of(value).toAbsolutePath();
    }

    /** Takes the next word as a number; {@code otherwise} where there is none. */
    public long nextNumber(String what, long otherwise, long min, long max) {
        return words.isEmpty() ? otherwise : checked(what, words.pop(), min, max);
    }

    public boolean hasWords() {
        return !words.isEmpty();
    }

    /** Refuses words that nobody took. */
    public void end() {
        if (!words.isEmpty()) {
            throw new UsageException("not understood: " + words.peek());
        }
    }

    private static long checked(String what, String text, long min, long max) {
        long number;
        try {
            number = Long.parseLong(text.replace("_", "").replace(",", ""));
        } catch (NumberFormatException e) {
            throw new UsageException(what + " is not a number: " + text, e);
        }
        if (number < min || number > max) {
            throw new UsageException(
                    what + " is out of range: " + number + ", must be " + min + " to " + max);
        }
        return number;
    }
}
