package io.backfill.endpoints;

import java.time.Duration;

/**
 * The constants of {@link EndpointLimit}.
 *
 * @param floor calls that are always allowed, but while the endpoint is closed
 * @param saturated factor when there are too many calls
 * @param expired factor when calls wait too long in a router's queue
 * @param risePerPoll added when the engine's metrics show room
 * @param staleAfter age from which on metrics say nothing
 */
public record LimitConfig(int floor, double saturated, double expired, double risePerPoll, Duration staleAfter) {
    public static final LimitConfig DEFAULT = new LimitConfig(1, 0.5, 0.9, 2, Duration.ofSeconds(5));
}
