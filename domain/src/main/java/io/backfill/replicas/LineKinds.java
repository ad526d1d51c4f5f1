package io.backfill.replicas;

import io.backfill.dispatch.LineKind;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The kinds of lines that a replica was sent recently. Evicts a kind that was not sent for {@link #KEPT} and, beyond {@link #MOST}
 * kinds, the least recently sent one. A kind with open calls is never evicted. Guarded by its fleet.
 */
final class LineKinds {
    private static final int MOST = 1024;
    private static final Duration KEPT = Duration.ofMinutes(30);

    private record Entry(LineKindState state, long usedAt) {}

    private final LongSupplier nanoTime;
    /** Least recently sent first. */
    private final LinkedHashMap<LineKind, Entry> entries = new LinkedHashMap<>();

    LineKinds(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    Optional<LineKindState> find(LineKind kind) {
        return Optional.ofNullable(entries.get(kind)).map(Entry::state);
    }

    Iterable<LineKindState> all() {
        return () -> entries.values().stream().map(Entry::state).iterator();
    }

    /** Returns the number of kinds that the replica is known not to serve. */
    int refused() {
        return (int) entries.values().stream()
                .filter(entry -> !entry.state.health().isHealthy())
                .count();
    }

    /** Returns the kind's state, creating it if necessary, and marks the kind as just sent. */
    LineKindState sent(LineKind kind, Function<LineKind, LineKindState> create) {
        long now = nanoTime.getAsLong();
        Entry known = entries.get(kind);
        LineKindState state = known == null ? create.apply(kind) : known.state;
        entries.putLast(kind, new Entry(state, now));
        if (known == null) {
            forget(now);
        }
        return state;
    }

    /** Evicts old entries. Stops at the first entry that is kept, unless there are too many. */
    private void forget(long now) {
        Iterator<Entry> eldest = entries.values().iterator();
        while (eldest.hasNext()) {
            Entry entry = eldest.next();
            boolean old = now - entry.usedAt > KEPT.toNanos();
            if (!old && entries.size() <= MOST) {
                return;
            }
            if (entry.state.isIdle()) {
                eldest.remove();
            }
        }
    }
}
