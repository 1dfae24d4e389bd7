package dev.coppice;

/**
 * A copy of a value, and when its entry expires; nobody else refers to its array.
 *
 * <p>Thread safety: immutable, as long as its holder does not change the array.
 */
public final class ExpiringValue {
    private final byte[] value;
    private final Expiry expiry;

    ExpiringValue(byte[] value, Expiry expiry) {
        this.value = value;
        this.expiry = expiry;
    }

    /** {@return the whole value; its own array} */
    public byte[] value() {
        return value;
    }

    /** {@return when the entry expires; {@link Expiry.Never} or {@link Expiry.At}} */
    public Expiry expiry() {
        return expiry;
    }

    @Override
    public String toString() {
        return value.length + " bytes, " + expiry;
    }
}
