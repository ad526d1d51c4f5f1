package io.backfill.lifecycle;

import static java.util.Comparator.comparingInt;

import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.tenants.TenantId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Determines the order of planning: first the tenants with the fewest batches in planning on this node, and among those the
 * one whose last turn is longest ago or that had none yet. So a tenant waits for about one turn of each other tenant, however
 * many batches those have queued before it. Remembers the last {@value #REMEMBERED} tenants. Not thread-safe.
 */
final class TenantPlanningOrder {
    private static final int REMEMBERED = 1_024;

    /** The number of each tenant's last turn, longest ago first. */
    private final Map<TenantId, Long> lastTurns = new LinkedHashMap<>();

    private long turns;

    private record Place(int number, long lastTurn, Candidate candidate) {}

    /**
     * Returns the candidates in the order in which they are to be claimed.
     *
     * @param candidates those of each tenant in that tenant's preferred order
     * @param planning number of batches in planning on this node, by tenant
     */
    List<Candidate> inTurn(List<Candidate> candidates, Map<TenantId, Integer> planning) {
        Map<TenantId, Integer> numbers = new HashMap<>(planning);
        return candidates.stream()
                .map(candidate -> new Place(
                        numbers.merge(candidate.tenant(), 1, Integer::sum),
                        lastTurns.getOrDefault(candidate.tenant(), 0L),
                        candidate))
                .sorted(comparingInt(Place::number).thenComparingLong(Place::lastTurn))
                .map(Place::candidate)
                .toList();
    }

    /** Records that the tenant has had a turn. */
    void taken(TenantId tenant) {
        lastTurns.remove(tenant);
        lastTurns.put(tenant, ++turns);
        if (lastTurns.size() > REMEMBERED) {
            lastTurns.remove(lastTurns.keySet().iterator().next());
        }
    }
}
