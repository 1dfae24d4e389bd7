package dev.coppice.cli.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The numbers in one file under /proc, read again and again through one open descriptor. A number
 * is named after the words before it in its line: {@code meminfo.MemFree}, {@code stat.cpu0.user}.
 *
 * <p>Thread safety: one thread.
 */
final class ProcFile implements AutoCloseable {
    private static final int MAX_BYTES = 1 << 16;
    private static final int MAX_FIELDS = 52;

    private final String name;
    private final boolean isBare;
    private final List<String> fieldNames;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_BYTES);
    private final byte[] text = new byte[MAX_BYTES];
    private final ProcTokens tokens = new ProcTokens();
    private double[] values = new double[64];
    private int count;
    private long words;
    private long knownWords;
    private int knownCount = -1;
    private List<String> names = List.of();

    /**
     * Opens a file.
     *
     * @param isBare whether its lines begin with numbers that count
     * @param fieldNames what to call the numbers behind one word; further ones by their index
     */
    ProcFile(Path path, String name, boolean isBare, List<String> fieldNames) throws IOException {
        this.name = name;
        this.isBare = isBare;
        this.fieldNames = fieldNames;
        this.channel = FileChannel.open(path);
    }

    /** Reads the file; returns false when the names are others than the last time. */
    boolean read() {
        parse(readText(), null);
        if (words == knownWords && count == knownCount) {
            return true;
        }
        List<String> learned = new ArrayList<>();
        parse(tokens.limit(), learned);
        names = distinct(learned);
        knownWords = words;
        knownCount = count;
        return false;
    }

    private int readText() {
        int length = 0;
        try {
            buffer.clear();
            // A short read is not the end of a /proc file.
            while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
                length = buffer.position();
            }
        } catch (IOException _) {
            // A source that vanishes, such as a device, has no numbers any more.
            length = 0;
        }
        buffer.flip();
        buffer.get(text, 0, length);
        return length;
    }

    private void parse(int length, List<String> learned) {
        tokens.reset(text, length);
        count = 0;
        words = 0;
        String label = "";
        String word = "";
        boolean hasLabel = isBare;
        int field = 0;
        for (int kind = tokens.next(); kind != ProcTokens.END; kind = tokens.next()) {
            if (kind == ProcTokens.LINE_END) {
                hasLabel = isBare;
                field = 0;
                label = "";
                word = "";
            } else if (kind == ProcTokens.NUMBER) {
                if (hasLabel && field < MAX_FIELDS) {
                    add(tokens.number());
                    if (learned != null) {
                        learned.add(nameOf(label, word, field));
                    }
                    field++;
                }
            } else if (tokens.wordBytes() > 1) {
                // One letter is a state, which changes all the time.
                words = words * 31 + tokens.wordHash();
                if (learned != null) {
                    label = label.isEmpty() ? tokens.word() : label;
                    word = tokens.word();
                }
                hasLabel = true;
                field = 0;
            }
        }
    }

    private void add(double value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    private String nameOf(String label, String word, int field) {
        StringBuilder result = new StringBuilder(name);
        if (!label.isEmpty()) {
            result.append('.').append(label);
        }
        if (!word.equals(label)) {
            result.append('.').append(word);
        }
        if (field < fieldNames.size()) {
            result.append('.').append(fieldNames.get(field));
        } else if (field > 0 || isBare) {
            result.append('.').append(field);
        }
        return result.toString();
    }

    private static List<String> distinct(List<String> names) {
        Set<String> seen = new HashSet<>();
        List<String> result = new ArrayList<>();
        for (String name : names) {
            String unique = name;
            for (int i = 2; !seen.add(unique); i++) {
                unique = name + "#" + i;
            }
            result.add(unique);
        }
        return result;
    }

    int count() {
        return count;
    }

    void copyTo(double[] target, int from) {
        System.arraycopy(values, 0, target, from, count);
    }

    List<String> names() {
        return names;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
