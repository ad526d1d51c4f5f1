package io.backfill.replicas;

import io.backfill.dispatch.Verdict;
import java.time.Duration;
import java.util.Optional;

/**
 * A call that has ended, as reported to the state of its replica.
 *
 * @param pause requested by the replica, already limited to the maximum
 * @param sentAt nano time
 * @param at nano time of the end
 * @param probe whether it was sent to probe the replica
 * @param kindProbe whether it was sent to probe whether the replica serves lines of this kind
 */
record Ended(Verdict verdict, Optional<Duration> pause, long sentAt, long at, boolean probe, boolean kindProbe) {}
