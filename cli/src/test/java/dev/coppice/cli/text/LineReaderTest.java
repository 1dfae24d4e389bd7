package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines from buffers that end anywhere in them. */
final class LineReaderTest {
    private static InputStream trickle(String text, int step) {
        return new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] target, int from, int length) {
                return super.read(target, from, Math.min(length, step));
            }
        };
    }

    private static List<String> lines(String text, int step, int maxLineBytes) {
        LineReader reader = new LineReader(trickle(text, step), 4, maxLineBytes);
        List<String> lines = new ArrayList<>();
        boolean isMore = true;
        while (isMore) {
            try {
                isMore = reader.next();
                if (isMore) {
                    int length = reader.to() - reader.from();
                    lines.add(new String(reader.text(), reader.from(), length, UTF_8));
                }
            } catch (TextException e) {
                lines.add(e.getMessage());
            }
        }
        assertEquals(lines.size(), reader.lines());
        assertEquals(text.length(), reader.bytes());
        return lines;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 100})
    void linesAreWholeWhereverTheInputPauses(int step) {
        String text = "a\n\nlonger than the buffer\r\n\r\nend";
        List<String> expected = List.of("a", "", "longer than the buffer", "", "end");
        assertEquals(expected, lines(text, step, 64));
        assertEquals(expected, lines(text + "\n", step, 64));
        assertEquals(List.of(), lines("", step, 64));
        assertEquals(List.of(""), lines("\n", step, 64));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 100})
    void linesThatAreTooLongArePassedOver(int step) {
        for (int length : new int[] {8, 9, 15, 16, 17, 40}) {
            String text = "ab\n" + "x".repeat(length) + "\nc\n" + "y".repeat(length);
            List<String> lines = lines(text, step, 8);
            assertEquals("ab", lines.get(0));
            assertEquals("line 2: longer than 8 bytes", lines.get(1), "length=" + length);
            assertEquals("c", lines.get(2));
            assertEquals("line 4: longer than 8 bytes", lines.get(3), "length=" + length);
            assertEquals(4, lines.size());
        }
    }

    @Test
    void reasonAndLineAreNamed() {
        var reader = EntryReader.of(trickle("a\tb\nc\n", 100), false, Encoding.UTF8, false);
        reader.next();
        assertEquals(
                "line 2: no tab between key and value",
                assertThrows(TextException.class, reader::next).getMessage());
        assertFalse(reader.next());
    }

    @Test
    void textThatIsNotUtf8IsToldApart() {
        String[] good = {
            "", "a", "\u00e4", "\u0800", "\uffff", "\ud800\udc00", "\udbff\udfff", "\0"
        };
        for (String text : good) {
            byte[] bytes = ("x" + text + "y").getBytes(UTF_8);
            assertEquals(true, Utf8.isValid(bytes, 0, bytes.length), text);
        }
        int[][] bad = {
            {0x80},
            {0xC3},
            {0xC0, 0x80},
            {0xC1, 0xBF},
            {0xE0, 0x9F, 0xBF},
            {0xED, 0xA0, 0x80},
            {0xE1, 0x80},
            {0xE1, 0x80, 0x41},
            {0xF0, 0x8F, 0xBF, 0xBF},
            {0xF4, 0x90, 0x80, 0x80},
            {0xF5, 0x80, 0x80, 0x80},
            {0xFF}
        };
        for (int[] units : bad) {
            byte[] bytes = new byte[units.length + 1];
            bytes[0] = 'x';
            for (int i = 0; i < units.length; i++) {
                bytes[i + 1] = (byte) units[i];
            }
            assertFalse(Utf8.isValid(bytes, 0, bytes.length), List.of(units[0]).toString());
        }
    }
}
