package dev.coppice.cli.text;

/**
 * Lines of one JSON object each, as {@link JsonLinesWriter} writes them. Empty lines are passed
 * over.
 *
 * <p>Thread safety: one thread. Lifetime: what it returns is valid until the next line.
 */
final class JsonLinesReader implements EntryReader {
    private static final String FIELDS =
            "cf, key, keyHex, keyBase64, value, valueHex and valueBase64";

    private final LineReader lines;
    private final JsonText json = new JsonText();
    private final FieldArrays keys = new FieldArrays();
    private final FieldArrays values = new FieldArrays();
    private final FamilyName familyName = new FamilyName();
    private String family;
    private byte[] key;
    private byte[] value;

    JsonLinesReader(LineReader lines) {
        this.lines = lines;
    }

    @Override
    public boolean next() {
        while (lines.next()) {
            json.reset(lines.text(), lines.from(), lines.to());
            if (json.isAtEnd()) {
                continue;
            }
            try {
                parse();
            } catch (TextException e) {
                throw malformed(e.getMessage());
            }
            return true;
        }
        return false;
    }

    private void parse() {
        family = null;
        key = null;
        value = null;
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
    }

    /** Reads the value of the field whose name was read. */
    private void field() {
        if (json.is(JsonLinesWriter.FAMILY)) {
            begin(family, JsonLinesWriter.FAMILY);
            family = json.string(familyName);
            return;
        }
        for (Encoding encoding : Encoding.values()) {
            if (json.is(name(encoding, true))) {
                begin(key, JsonLinesWriter.KEY);
                key = encoding == Encoding.UTF8 ? json.bytes(keys) : json.bytes(encoding);
                return;
            }
            if (json.is(name(encoding, false))) {
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
        };
    }

    private void begin(Object known, String name) {
        if (known != null) {
            throw new TextException("two fields " + name + " in the object");
        }
        json.require(':', "behind a field's name");
        json.string(name);
    }

    @Override
    public String family() {
        return family;
    }

    @Override
    public byte[] key() {
        return key;
    }

    @Override
    public byte[] value() {
        return value;
    }

    @Override
    public long lines() {
        return lines.lines();
    }

    @Override
    public long bytes() {
        return lines.bytes();
    }

    @Override
    public TextException malformed(String problem) {
        return lines.malformed(problem);
    }
}
