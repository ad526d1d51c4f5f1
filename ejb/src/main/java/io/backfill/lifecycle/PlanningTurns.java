package io.backfill.lifecycle;

import static java.util.Comparator.comparingInt;

import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.tenants.TenantId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose batch is planned next: of the tenant with the fewest in planning here, and among those of the one whose last turn is
 * longest ago, or who had none yet. So a tenant waits for about one turn of each other one, however much those have queued
 * before it. Remembers the last {@value #REMEMBERED} tenants; one thread uses it.
 */
final class PlanningTurns {
    private static final int REMEMBERED = 1_024;

    /** The number of each tenant's last turn, longest ago first. */
    private final Map<TenantId, Long> lastTurns = new LinkedHashMap<>();

    private long turns;

    private record Place(int number, long lastTurn, Candidate candidate) {}

    /**
     * The candidates in the order in which they are to be claimed.
     *
     * @param candidates each tenant's in the order in which the tenant wants them
     * @param planning how many of a tenant are planned here now
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

    /** The tenant has had a turn. */
    void taken(TenantId tenant) {
        lastTurns.remove(tenant);
        lastTurns.put(tenant, ++turns);
        if (lastTurns.size() > REMEMBERED) {
            lastTurns.remove(lastTurns.keySet().iterator().next());
        }
    }
}
