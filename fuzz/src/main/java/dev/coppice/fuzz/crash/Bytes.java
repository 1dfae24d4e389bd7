package dev.coppice.fuzz.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Random;

/** Keys and values by number. Stateless. */
final class Bytes {
    private Bytes() {}

    static byte[] key(int number) {
        return String.format("key%05d", number).getBytes(UTF_8);
    }

    /** {@return a key of so many bytes, which differs from its neighbours at the end only} */
    static byte[] longKey(int number, int bytes) {
        byte[] key = new byte[bytes];
        Arrays.fill(key, (byte) 'x');
        byte[] tail = key(number);
        System.arraycopy(tail, 0, key, bytes - tail.length, tail.length);
        return key;
    }

    static byte[] value(int seed, int bytes) {
        byte[] value = new byte[bytes];
        new Random(seed).nextBytes(value);
        return value;
    }
}
