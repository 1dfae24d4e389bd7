package dev.coppice.cli;

import dev.coppice.Lifetime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that say when an entry expires. Thread safety: one thread. */
final class LifetimeOption {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,18})(ms|s|m|h|d)");

    @ArgGroup(exclusive = true)
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                description = "expire after 500ms, 90s, 15m, 2h, 7d, or a time as PT1H30M")
        private String ttl;

        @Option(
                names = "--expires-at",
                paramLabel = "WHEN",
                description = "expire at milliseconds since 1970, or at 2030-01-01T00:00:00Z")
        private String expiresAt;
    }

    /** {@return what the options say; without one, as long as the family says} */
    Lifetime lifetime() {
        if (choice.ttl != null) {
            return Lifetime.of(duration(choice.ttl));
        }
        return choice.expiresAt == null
                ? Lifetime.OF_FAMILY
                : Lifetime.until(deadline(choice.expiresAt));
    }

    private static Duration duration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        Duration duration;
        try {
            duration = matcher.matches() ? duration(matcher) : Duration.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new UsageException(
                    "--ttl " + text + ": no time; examples: 500ms, 90s, 15m, 2h, 7d, PT1H30M", e);
        }
        if (duration.isNegative()) {
            throw new UsageException("--ttl " + text + ": at least 0s");
        }
        return duration;
    }

    private static Duration duration(Matcher matcher) {
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static long deadline(String text) {
        long deadline;
        try {
            deadline =
                    text.matches("-?\\d+")
                            ? Long.parseLong(text)
                            : Instant.parse(text).toEpochMilli();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new UsageException(
                    "--expires-at "
                            + text
                            + ": no moment; examples: 1893456000000, 2030-01-01T00:00:00Z",
                    e);
        }
        if (deadline < 0) {
            throw new UsageException("--expires-at " + text + ": not before 1970");
        }
        return deadline;
    }
}
