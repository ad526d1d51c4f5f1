package io.backfill.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * How long things are kept that nobody deletes.
 *
 * @param batches {@code backfill.retention.batches}: a batch's row, after its end; empty: for ever. Default 90 days. Result files
 *     live by their own expiry
 * @param orphansAfter {@code backfill.retention.orphans-after}: how old bytes without a record must be before they are removed;
 *     longer than the slowest upload takes. Default a day
 * @param jobHistory {@code backfill.retention.job-history}: executions in this node's batch runtime, after their end; empty: for
 *     ever. Default 7 days
 * @param dryRun {@code backfill.retention.dry-run}: count and tell, but remove nothing; default false
 */
public record RetentionConfig(
        Optional<Duration> batches, Duration orphansAfter, Optional<Duration> jobHistory, boolean dryRun) {
    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofDays(36_500);

    public static final RetentionConfig DEFAULT = new RetentionConfig(
            Optional.of(Duration.ofDays(90)), Duration.ofDays(1), Optional.of(Duration.ofDays(7)), false);

    public RetentionConfig {
        batches.ifPresent(length -> inRange("batches", length, LEAST, "1m to 36500d, or never"));
        jobHistory.ifPresent(length -> inRange("job-history", length, LEAST, "1m to 36500d, or never"));
        inRange("orphans-after", orphansAfter, Duration.ofHours(1), "1h to 36500d");
    }

    private static void inRange(String key, Duration length, Duration least, String range) {
        if (length.compareTo(least) < 0 || length.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("backfill.retention." + key + " must be " + range + ", not " + length);
        }
    }
}
