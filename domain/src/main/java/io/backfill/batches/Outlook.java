package io.backfill.batches;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is foreseen for a batch.
 *
 * @param prefixBound the largest share of prompt tokens that a prefix cache can save, 0 to 1; empty until the input was read
 * @param atRisk the window will be missed if everything goes on as now
 * @param expectedEnd when the last line will have its result; empty while that cannot be told
 */
public record Outlook(OptionalDouble prefixBound, boolean atRisk, Optional<Instant> expectedEnd) {
    public static final Outlook NONE = new Outlook(OptionalDouble.empty(), false, Optional.empty());

    private static final Duration NEWS = Duration.ofSeconds(30);

    /** Whether it differs from what was said before by more than an expected end that moved a little. */
    public boolean isNewsAfter(Outlook before) {
        boolean moved = expectedEnd.isPresent() != before.expectedEnd.isPresent()
                || expectedEnd.isPresent()
                        && Duration.between(expectedEnd.get(), before.expectedEnd.orElseThrow())
                                        .abs()
                                        .compareTo(NEWS)
                                > 0;
        return moved || atRisk != before.atRisk || !prefixBound.equals(before.prefixBound);
    }

    /** This, with the bound that was known before where this has none. */
    public Outlook after(Outlook before) {
        return prefixBound.isPresent() ? this : new Outlook(before.prefixBound, atRisk, expectedEnd);
    }
}
