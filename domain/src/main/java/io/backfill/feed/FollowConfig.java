package io.backfill.feed;

import java.time.Duration;

/**
 * Limits of followers.
 *
 * @param followers {@code backfill.http.followers}: followers of this node at once; a tenant gets at most as many as are free, so
 *     half of them if it is alone; default 4096
 * @param heartbeat time without a byte after which a blank line is sent; 15 s
 * @param patience how long a client may leave bytes unread before its connection is cut; {@code backfill.http.body-idle}
 * @param poll shortest time between two looks at a batch that is followed; 500 ms
 */
public record FollowConfig(int followers, Duration heartbeat, Duration patience, Duration poll) {
    public static final FollowConfig DEFAULT =
            new FollowConfig(4096, Duration.ofSeconds(15), Duration.ofSeconds(15), Duration.ofMillis(500));

    public FollowConfig {
        if (followers < 2) {
            throw new IllegalArgumentException("backfill.http.followers must be at least 2, not " + followers);
        }
    }
}
