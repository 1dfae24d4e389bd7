package dev.coppice.cli.text;

/**
 * Lines of one JSON object each, as {@link JsonLinesWriter} writes them. Empty lines are passed
 * over.
 *
 * <p>Thread safety: one thread. Lifetime: what it returns is valid until the next line.
 */
final class JsonLinesReader extends EntryReader {
    private static final String FIELDS =
            "cf, key, keyHex, keyBase64, keyLong, value, valueHex, valueBase64 and expiresAt";

    private final JsonText json = new JsonText();

    JsonLinesReader(LineReader lines) {
        super(lines);
    }

    @Override
    boolean parse(byte[] text, int from, int to) {
        json.reset(text, from, to);
        if (json.isAtEnd()) {
            return false;
        }
        family = null;
        key = null;
        value = null;
        expiresAt = EntryWriter.NEVER;
        json.require('{', "to begin an object");
        if (!json.take('}')) {
            do {
                json.string("a field's name");
                field();
            } while (json.take(','));
            json.require('}', "or , behind a field");
        }
        if (!json.isAtEnd()) {
            throw new TextException("there is more behind the object: one object each line");
        }
        boolean isFamilyAlone = family != null && key == null && value == null;
        if (!isFamilyAlone && (key == null || value == null)) {
            throw new TextException("no " + (key == null ? "key" : "value") + " in the object");
        }
        return true;
    }

    /** Reads the value of the field whose name was read. */
    private void field() {
        if (json.is(JsonLinesWriter.FAMILY)) {
            begin(family, JsonLinesWriter.FAMILY);
            family = json.string(familyName);
            return;
        }
        if (json.is(JsonLinesWriter.EXPIRES_AT)) {
            json.require(':', "behind a field's name");
            expiresAt = json.number(JsonLinesWriter.EXPIRES_AT);
            return;
        }
        for (Encoding encoding : Encoding.values()) {
            if (json.is(name(encoding, true))) {
                begin(key, JsonLinesWriter.KEY);
                key = encoding == Encoding.UTF8 ? json.bytes(keys) : json.bytes(encoding);
                return;
            }
            if (encoding != Encoding.LONG && json.is(name(encoding, false))) {
                begin(value, JsonLinesWriter.VALUE);
                value = encoding == Encoding.UTF8 ? json.bytes(values) : json.bytes(encoding);
                return;
            }
        }
        throw new TextException("unknown field '" + json.string() + "': there are " + FIELDS);
    }

    private static String name(Encoding encoding, boolean isKey) {
        return switch (encoding) {
            case UTF8 -> isKey ? "key" : "value";
            case HEX -> isKey ? "keyHex" : "valueHex";
            case BASE64 -> isKey ? "keyBase64" : "valueBase64";
            case LONG -> "keyLong";
        };
    }

    private void begin(Object known, String name) {
        if (known != null) {
            throw new TextException("two fields " + name + " in the object");
        }
        json.require(':', "behind a field's name");
        json.string(name);
    }
}
