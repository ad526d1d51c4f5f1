package io.backfill.benchmarks;

import java.util.List;
import java.util.Locale;

/** What happens in a round of {@code bench kill} with several nodes. */
enum Blow {
    /** The node that holds the batch gets {@code kill -9}. */
    NODE_KILLED,
    /** It is stopped for longer than its lease, and then goes on. */
    NODE_ASLEEP,
    /** Redis gets {@code kill -9}, and comes back empty. */
    REDIS_KILLED;

    private static final List<Blow> SINGLE = List.of(NODE_KILLED, NODE_KILLED, NODE_KILLED, NODE_ASLEEP);
    private static final List<Blow> CLUSTER =
            List.of(NODE_KILLED, REDIS_KILLED, NODE_KILLED, NODE_ASLEEP, NODE_KILLED, REDIS_KILLED);

    /** In turns, such that in time every one meets every phase. */
    static Blow of(String profile, int round) {
        List<Blow> turns = profile.equals("cluster") ? CLUSTER : SINGLE;
        return turns.get((round + 2 * (round / KillMoment.values().length)) % turns.size());
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
