package dev.coppice.cli.text;

/** Tells UTF-8 from other bytes, RFC 3629. Stateless. */
final class Utf8 {
    private Utf8() {}

    static boolean isValid(byte[] text, int from, int to) {
        int at = from;
        while (at < to) {
            if (text[at] >= 0) {
                at++;
                continue;
            }
            int length = lengthAt(text, at, to);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /** {@return the bytes of the character beyond ASCII that begins there, 0 where none does} */
    private static int lengthAt(byte[] text, int at, int to) {
        int first = text[at] & 0xFF;
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || to - at < length) {
            return 0;
        }
        int second = text[at + 1] & 0xFF;
        int min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < min || second > max) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((text[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
