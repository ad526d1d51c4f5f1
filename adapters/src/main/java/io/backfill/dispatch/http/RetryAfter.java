package io.backfill.dispatch.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long an answer asks the client to wait: {@code retry-after-ms}, or {@code Retry-After} in seconds or as an HTTP date. The
 * value is clamped to the range from 0 to {@link #LONGEST}, so that adding it to a clock cannot overflow.
 */
final class RetryAfter {
    /** As long as the longest back-off that can be configured. */
    static final Duration LONGEST = Duration.ofHours(24);

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,40}(\\.[0-9]{1,40})?");

    private RetryAfter() {}

    /** Returns the requested wait, or empty if the answer has no such header or none that can be parsed. */
    static Optional<Duration> of(HttpResponse answer, Instant now) {
        return number(answer.getFirstHeader("retry-after-ms"), 1e6)
                .or(() -> number(answer.getFirstHeader("Retry-After"), 1e9))
                .or(() -> date(answer.getFirstHeader("Retry-After"), now));
    }

    private static Optional<Duration> number(@Nullable Header header, double unitNanos) {
        if (header == null || header.getValue() == null) {
            return Optional.empty();
        }
        String value = header.getValue().trim();
        return NUMBER.matcher(value).matches()
                ? Optional.of(Duration.ofNanos(
                        (long) Math.min(Double.parseDouble(value) * unitNanos, (double) LONGEST.toNanos())))
                : Optional.empty();
    }

    private static Optional<Duration> date(@Nullable Header header, Instant now) {
        if (header == null || header.getValue() == null) {
            return Optional.empty();
        }
        try {
            Instant when = ZonedDateTime.parse(header.getValue().trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            if (when.isAfter(now.plus(LONGEST))) {
                return Optional.of(LONGEST);
            }
            return Optional.of(when.isBefore(now) ? Duration.ZERO : Duration.between(now, when));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
