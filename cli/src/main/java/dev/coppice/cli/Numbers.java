package dev.coppice.cli;

import java.util.Locale;

/** Numbers as people read them. Stateless. */
public final class Numbers {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private static final int COUNTER_BITS = 48;

    private Numbers() {}

    /** {@return 1234567 as 1,234,567} */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@return 1 as 1 entry, 1234567 as 1,234,567 entries} */
    public static String entries(long value) {
        return count(value) + (value == 1 ? " entry" : " entries");
    }

    /** {@return 1536 as 1.5 KiB} */
    public static String bytes(long value) {
        double size = value;
        int unit = 0;
        while (size >= 1024 && unit < BYTE_UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(
                Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, BYTE_UNITS[unit]);
    }

    /** {@return epoch and number of a transaction id} */
    public static String txn(long id) {
        return (id >>> COUNTER_BITS) + "." + (id & ((1L << COUNTER_BITS) - 1));
    }

    /** {@return 1500 as 1.5 us} */
    public static String nanos(long value) {
        if (value < 1_000) {
            return value + " ns";
        }
        if (value < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f us", value / 1e3);
        }
        return value < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f ms", value / 1e6)
                : String.format(Locale.ROOT, "%.2f s", value / 1e9);
    }
}
