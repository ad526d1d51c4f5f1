package io.backfill.replicas;

import java.time.Duration;

/**
 * The constants of {@link ReplicaLimit}.
 *
 * @param floor calls that are always allowed, except while the replica is closed
 * @param saturated factor applied when there are too many calls
 * @param expired factor applied when calls wait too long in a router's queue
 * @param risePerPoll amount added when the engine's metrics show spare capacity; 3 gives a batch 0.82 of its free run for 1.15
 *     times the latency of interactive requests, 2 gives 0.78 for 1.11 ({@code bench interactive})
 * @param staleAfter age after which metrics are ignored
 */
public record LimitConfig(int floor, double saturated, double expired, double risePerPoll, Duration staleAfter) {
    public static final LimitConfig DEFAULT = new LimitConfig(1, 0.5, 0.9, 3, Duration.ofSeconds(5));
}
