package io.backfill.batches;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The forecast for a batch.
 *
 * @param prefixBound largest share of prompt tokens that a prefix cache can save, from 0 to 1; empty until the input was read
 * @param atRisk whether the window will be missed at the current rate
 * @param expectedEnd when the last line will have its result; empty while this is unknown
 */
public record Forecast(OptionalDouble prefixBound, boolean atRisk, Optional<Instant> expectedEnd) {
    public static final Forecast NONE = new Forecast(OptionalDouble.empty(), false, Optional.empty());

    private static final Duration NEWS = Duration.ofSeconds(30);

    /** Returns whether this forecast differs from {@code before} by more than a small change of the expected end. */
    public boolean isNewsAfter(Forecast before) {
        boolean moved = expectedEnd.isPresent() != before.expectedEnd.isPresent()
                || expectedEnd.isPresent()
                        && Duration.between(expectedEnd.get(), before.expectedEnd.orElseThrow())
                                        .abs()
                                        .compareTo(NEWS)
                                > 0;
        return moved || atRisk != before.atRisk || !prefixBound.equals(before.prefixBound);
    }

    /** Returns this forecast, with the prefix bound of {@code before} if it has none. */
    public Forecast after(Forecast before) {
        return prefixBound.isPresent() ? this : new Forecast(before.prefixBound, atRisk, expectedEnd);
    }
}
