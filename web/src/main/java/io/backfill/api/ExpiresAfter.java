package io.backfill.api;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The lifetime that a client requests for a file: an anchor, of which there is one kind, and a number of seconds from one hour to
 * thirty days.
 */
public final class ExpiresAfter {
    private static final String ANCHOR = "created_at";
    private static final long MIN_SECONDS = 3600;
    private static final long MAX_SECONDS = 2_592_000;
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,100}");

    private ExpiresAfter() {}

    /** Returns the lifetime in member {@code name} of a request, or empty if the request has no such member. */
    public static Optional<Duration> in(JsonFields request, String name) {
        return request.optionalObject(name).map(fields -> of(name, fields.string("anchor"), fields.integer("seconds")));
    }

    /** Returns the lifetime given by two text fields of a form. Either both or neither must be present. */
    public static Optional<Duration> of(String name, Optional<String> anchor, Optional<String> seconds) {
        if (anchor.isEmpty() && seconds.isEmpty()) {
            return Optional.empty();
        }
        String sentAnchor = anchor.orElseThrow(() -> JsonFields.missing(name + ".anchor"));
        String sentSeconds = seconds.orElseThrow(() -> JsonFields.missing(name + ".seconds"));
        if (!INTEGER.matcher(sentSeconds).matches()) {
            throw new BackfillException(
                    ErrorCode.INVALID_TYPE,
                    "Invalid type for '" + name + ".seconds': expected an integer, but got a string instead.",
                    name + ".seconds");
        }
        return Optional.of(of(name, sentAnchor, new BigInteger(sentSeconds)));
    }

    private static Duration of(String name, String anchor, BigInteger seconds) {
        if (!anchor.equals(ANCHOR)) {
            throw SupportedValues.refusal(name + ".anchor", anchor, List.of(ANCHOR));
        }
        return Duration.ofSeconds(IntegerRange.check(name + ".seconds", seconds, MIN_SECONDS, MAX_SECONDS));
    }
}
