package io.backfill.memory;

import io.backfill.retention.SweepTurns;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Holds turns in one map. The injected time acts as the database's clock. Not persistent. Thread-safe. */
public final class MemorySweepTurns implements SweepTurns {
    private final InstantSource time;
    /** Guarded by this object's lock. */
    private final Map<String, Turn> turns = new HashMap<>();

    private record Turn(String owner, Instant until) {}

    public MemorySweepTurns(InstantSource time) {
        this.time = time;
    }

    @Override
    public synchronized boolean take(String sweep, String owner, Duration length) {
        Instant now = time.instant();
        Turn turn = turns.get(sweep);
        boolean free = turn == null || turn.owner().equals(owner) || !now.isBefore(turn.until());
        if (free) {
            turns.put(sweep, new Turn(owner, now.plus(length)));
        }
        return free;
    }

    @Override
    public synchronized void end(String sweep, String owner, Duration pause) {
        Turn ended = new Turn("", time.instant().plus(pause));
        turns.computeIfPresent(sweep, (same, turn) -> turn.owner().equals(owner) ? ended : turn);
    }
}
