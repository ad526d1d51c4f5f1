package io.backfill.wiring.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** A setting that is a duration: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 24h}, {@code 30d}. */
public record TimeSpan(Duration duration) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

    /** Makes the type known to MicroProfile Config, whose own durations are in the format of ISO 8601. */
    public static final class FromText implements Converter<TimeSpan> {
        private static final long serialVersionUID = 1L;

        @Override
        public TimeSpan convert(String text) {
            Matcher span = TEXT.matcher(text);
            if (!span.matches()) {
                throw new IllegalArgumentException("not a duration such as 500ms, 30s, 5m, 24h or 30d: " + text);
            }
            long amount = Long.parseLong(span.group(1));
            return new TimeSpan(
                    switch (span.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
    }
}
