package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What column families and snapshots may be called: 1 to 255 bytes of UTF-8. Stateless. */
final class Names {
    private static final int MAX_BYTES = 255;

    private Names() {}

    /**
     * {@return a name that can be one}
     *
     * @param what is to be called so
     */
    static String require(String what, String name) {
        if (!UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                    "name of a " + what + ": it has half of a surrogate pair, and so no UTF-8");
        }
        int bytes = name.getBytes(UTF_8).length;
        if (bytes == 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "name of a " + what + ": bytes=" + bytes + ", must be 1 to " + MAX_BYTES);
        }
        return name;
    }
}
