package dev.coppice.fuzz.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A bug to plant: texts of sources and what to put in their place.
 *
 * @param name of its file
 * @param rule the rule of the protocol that it breaks, or what kind of bug it is
 * @param fault what is wrong, in one line
 * @param suite that must catch it
 * @param only the scenario of the suite that does, or null: any
 * @param edits what to change
 */
record Mutant(String name, String rule, String fault, String suite, String only, List<Edit> edits) {
    /**
     * One change of one file.
     *
     * @param file path in the project
     * @param search text that stands in it once
     * @param replacement text to put there
     */
    record Edit(String file, String search, String replacement) {}

    /** {@return all mutants of a directory, by name} */
    static List<Mutant> all(Path directory) throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".txt")).sorted().toList()) {
                mutants.add(read(file));
            }
        }
        return mutants;
    }

    private static Mutant read(Path path) throws IOException {
        Map<String, String> fields = new HashMap<>();
        List<Edit> edits = new ArrayList<>();
        String file = null;
        String search = null;
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(path)) {
            if (line.startsWith("@@ ")) {
                switch (line.substring(3)) {
                    case "search" -> text.setLength(0);
                    case "replace" -> {
                        search = text.toString();
                        text.setLength(0);
                    }
                    case "end" -> edits.add(new Edit(file, search, text.toString()));
                    default -> file = line.substring(3);
                }
            } else if (file == null) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 2));
                }
            } else {
                text.append(line).append('\n');
            }
        }
        String name = path.getFileName().toString().replace(".txt", "");
        for (String field : List.of("rule", "fault", "suite")) {
            if (!fields.containsKey(field) || edits.isEmpty()) {
                throw new IllegalArgumentException("mutant " + name + " has no " + field);
            }
        }
        return new Mutant(
                name,
                fields.get("rule"),
                fields.get("fault"),
                fields.get("suite"),
                fields.get("only"),
                edits);
    }

    /**
     * {@return the sources that it changes, changed, by their paths}
     *
     * @throws IllegalStateException when a text to replace is not there exactly once
     */
    Map<String, String> changed(Path project) throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String source = sources.get(edit.file());
            if (source == null) {
                source = Files.readString(project.resolve(edit.file()));
            }
            int at = source.indexOf(edit.search());
            if (at < 0 || source.indexOf(edit.search(), at + 1) >= 0) {
                throw new IllegalStateException(
                        "mutant "
                                + name
                                + ": stands "
                                + (at < 0 ? "nowhere" : "more than once")
                                + " in "
                                + edit.file()
                                + ":\n"
                                + edit.search());
            }
            String before = source.substring(0, at);
            String after = source.substring(at + edit.search().length());
            sources.put(edit.file(), before + edit.replacement() + after);
        }
        return sources;
    }
}
