package io.backfill.replicas;

import io.backfill.dispatch.Verdict;
import java.time.Duration;
import java.util.Optional;

/**
 * A call that is over, as its replica learns of it.
 *
 * @param pause that the replica asked for, already cut to what is honoured
 * @param sentAt nano time
 * @param at nano time of the end
 * @param probe it was sent to find out how the replica is
 * @param kindProbe it was sent to find out whether the replica serves such lines
 */
record Ended(Verdict verdict, Optional<Duration> pause, long sentAt, long at, boolean probe, boolean kindProbe) {}
