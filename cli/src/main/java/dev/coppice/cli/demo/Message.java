package dev.coppice.cli.demo;

/** The kinds of lines that the writer process sends to its parent, by their first letter. */
enum Message {
    /** The store is open: milliseconds, number of metrics. */
    OPENED('O'),
    /** A commit returned: an {@link Ack}. */
    COMMITTED('C'),
    /** A snapshot was audited: entries, milliseconds of the scan, age of the snapshot after it. */
    AUDITED('A'),
    /** A metric's figures: name, count, min, mean, p50, p99, max. */
    SUMMARY('S'),
    /** Something contradicts something else: text. */
    INCONSISTENT('X'),
    /** The writer cannot go on: text. */
    FAILED('F'),
    /** The store was closed in order. */
    CLOSED('Z');

    private final char letter;

    Message(char letter) {
        this.letter = letter;
    }

    String line(String content) {
        return letter + content;
    }

    static Message ofLine(String line) {
        for (Message message : values()) {
            if (!line.isEmpty() && line.charAt(0) == message.letter) {
                return message;
            }
        }
        return null;
    }
}
