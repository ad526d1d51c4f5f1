package io.backfill.batches;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a batch may take, as the client wrote it: a whole number followed by {@code s}, {@code m}, {@code h} or {@code d}. */
public record CompletionWindow(String text, Duration length) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})([smhd])");

    /** Parses {@code text}; empty if it does not have that form. Does not check the allowed range. */
    public static Optional<CompletionWindow> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration length = switch (matcher.group(2).charAt(0)) {
            case 's' -> Duration.ofSeconds(amount);
            case 'm' -> Duration.ofMinutes(amount);
            case 'h' -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
        return Optional.of(new CompletionWindow(text, length));
    }
}
