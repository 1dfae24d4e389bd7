package dev.coppice.cli.text;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * JSON, RFC 8259, without blanks. The caller closes what it opens and gives each value inside an
 * object a name.
 *
 * <p>Thread safety: one thread.
 */
public final class JsonWriter {
    private final TextBuffer target;
    private boolean needsComma;

    public JsonWriter(TextBuffer target) {
        this.target = target;
    }

    /** Opens an object. */
    public JsonWriter object() {
        return open('{');
    }

    /** Closes an object. */
    public JsonWriter endObject() {
        return close('}');
    }

    /** Opens an array. */
    public JsonWriter array() {
        return open('[');
    }

    /** Closes an array. */
    public JsonWriter endArray() {
        return close(']');
    }

    private JsonWriter open(char bracket) {
        separate();
        target.put(bracket);
        needsComma = false;
        return this;
    }

    private JsonWriter close(char bracket) {
        target.put(bracket);
        needsComma = true;
        return this;
    }

    /** Writes the name of the value that follows. */
    public JsonWriter name(String name) {
        value(name);
        target.put(':');
        needsComma = false;
        return this;
    }

    /** Writes a named string. */
    public JsonWriter field(String name, String text) {
        return name(name).value(text);
    }

    /** Writes a named number. */
    public JsonWriter field(String name, long number) {
        return name(name).value(number);
    }

    /** Writes a named truth value. */
    public JsonWriter field(String name, boolean isTrue) {
        return name(name).value(isTrue);
    }

    /** Writes a string. */
    public JsonWriter value(String text) {
        separate();
        string(text.getBytes(UTF_8));
        return this;
    }

    /** Writes a number. */
    public JsonWriter value(long number) {
        separate();
        target.put(Long.toString(number));
        return this;
    }

    /** Writes a truth value. */
    public JsonWriter value(boolean isTrue) {
        separate();
        target.put(Boolean.toString(isTrue));
        return this;
    }

    /**
     * Writes a named string that stands for bytes. Its name tells how: {@code key} is text, {@code
     * keyHex} and {@code keyBase64} are what they say. Bytes that are to be text and are not UTF-8
     * are written in base64.
     */
    public JsonWriter bytes(String name, byte[] content, Encoding encoding) {
        boolean isText = encoding == Encoding.UTF8 && Utf8.isValid(content, 0, content.length);
        Encoding used = encoding == Encoding.UTF8 ? Encoding.BASE64 : encoding;
        name(isText ? name : name + used.suffix());
        separate();
        if (isText) {
            string(content);
        } else {
            target.put('"');
            used.encode(content, target);
            target.put('"');
        }
        return this;
    }

    /** Ends a line, behind which another value may follow. */
    public JsonWriter line() {
        target.put('\n');
        needsComma = false;
        return this;
    }

    private void separate() {
        if (needsComma) {
            target.put(',');
        }
        needsComma = true;
    }

    /** Writes UTF-8 as a string. */
    private void string(byte[] text) {
        target.put('"');
        int from = 0;
        for (int at = 0; at < text.length; at++) {
            byte b = text[at];
            if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
                target.put(text, from, at);
                escape(b);
                from = at + 1;
            }
        }
        target.put(text, from, text.length);
        target.put('"');
    }

    private void escape(byte b) {
        target.put('\\');
        switch (b) {
            case '"', '\\' -> target.put(b);
            case '\n' -> target.put('n');
            case '\r' -> target.put('r');
            case '\t' -> target.put('t');
            default -> {
                target.put("u00");
                Escapes.hex(b, target);
            }
        }
    }
}
