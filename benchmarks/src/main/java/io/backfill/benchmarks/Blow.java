package io.backfill.benchmarks;

import java.util.List;
import java.util.Locale;

/** The disruption in a round of {@code bench kill} with several nodes. */
enum Blow {
    /** The node that holds the batch is killed with {@code kill -9}. */
    NODE_KILLED,
    /** The node that holds the batch is paused for longer than its lease, then continued. */
    NODE_ASLEEP,
    /** Redis is killed with {@code kill -9} and restarted empty. */
    REDIS_KILLED;

    private static final List<Blow> SINGLE = List.of(NODE_KILLED, NODE_KILLED, NODE_KILLED, NODE_ASLEEP);
    private static final List<Blow> CLUSTER =
            List.of(NODE_KILLED, REDIS_KILLED, NODE_KILLED, NODE_ASLEEP, NODE_KILLED, REDIS_KILLED);

    /** Returns the disruption of a round. They alternate so that over time each of them meets every phase. */
    static Blow of(String profile, int round) {
        List<Blow> turns = profile.equals("cluster") ? CLUSTER : SINGLE;
        return turns.get((round + 2 * (round / KillMoment.values().length)) % turns.size());
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
