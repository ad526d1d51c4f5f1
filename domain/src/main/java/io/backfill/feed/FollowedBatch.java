package io.backfill.feed;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A batch with followers on this node: one feed that is looked at for all of them. Thread-safe. */
final class FollowedBatch {
    /** A batch is looked at for at most a tenth of the time, however many partitions it has. */
    private static final int REST_FACTOR = 10;

    final BatchFeed feed;
    final RecentBlocks blocks;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long nextLook;

    FollowedBatch(BatchFeed feed, long now) {
        this.feed = feed;
        this.blocks = new RecentBlocks(feed);
        this.nextLook = now;
    }

    Set<Follower> followers() {
        return followers;
    }

    /** Returns whether the caller has to look now, and then call {@link #looked}. */
    boolean beginLook(long now) {
        return !feed.view().ended() && now - nextLook >= 0 && looking.compareAndSet(false, true);
    }

    void looked(long began, long ended, long pollNanos) {
        nextLook = began + Math.max(pollNanos, (ended - began) * REST_FACTOR);
        looking.set(false);
    }
}
