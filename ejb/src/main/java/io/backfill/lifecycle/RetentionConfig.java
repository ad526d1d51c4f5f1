package io.backfill.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * How long data is kept that clients do not delete.
 *
 * @param batches {@code backfill.retention.batches}: how long a batch's row is kept after its end; empty: without limit.
 *     Default 90 days. Result files have an expiry of their own
 * @param orphansAfter {@code backfill.retention.orphans-after}: minimum age of bytes without a record before they are
 *     removed; longer than the slowest upload takes. Default a day
 * @param jobHistory {@code backfill.retention.job-history}: how long executions are kept in the history of this node's batch
 *     runtime after their end; empty: without limit. Default 7 days
 * @param rerun {@code backfill.retention.rerun}: how long after the end of the last batch that uses it the bytes of an input are
 *     kept although its owner has deleted it or it has expired; zero: not at all. Default 7 days
 * @param dryRun {@code backfill.retention.dry-run}: only count and report, remove nothing; default false
 */
public record RetentionConfig(
        Optional<Duration> batches,
        Duration orphansAfter,
        Optional<Duration> jobHistory,
        Duration rerun,
        boolean dryRun) {
    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofDays(36_500);

    public static final RetentionConfig DEFAULT = new RetentionConfig(
            Optional.of(Duration.ofDays(90)),
            Duration.ofDays(1),
            Optional.of(Duration.ofDays(7)),
            Duration.ofDays(7),
            false);

    public RetentionConfig {
        batches.ifPresent(length -> inRange("batches", length, LEAST, "1m to 36500d, or never"));
        jobHistory.ifPresent(length -> inRange("job-history", length, LEAST, "1m to 36500d, or never"));
        inRange("rerun", rerun, Duration.ZERO, "0 to 36500d");
        inRange("orphans-after", orphansAfter, Duration.ofHours(1), "1h to 36500d");
    }

    private static void inRange(String key, Duration length, Duration least, String range) {
        if (length.compareTo(least) < 0 || length.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("backfill.retention." + key + " must be " + range + ", not " + length);
        }
    }
}
