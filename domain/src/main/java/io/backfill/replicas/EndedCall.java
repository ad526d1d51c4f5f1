package io.backfill.replicas;

import io.backfill.dispatch.Verdict;
import java.time.Duration;
import java.util.Optional;

/**
 * A call that has ended, as reported to the state of its replica.
 *
 * @param pause requested by the replica, already limited to the maximum
 * @param at nano time of the end
 */
record EndedCall(ReplicaState.Entered call, Verdict verdict, Optional<Duration> pause, long at) {}
