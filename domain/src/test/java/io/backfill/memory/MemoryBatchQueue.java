package io.backfill.memory;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds offered batches and returns them round-robin by tenant, the earliest deadline of each tenant first. Not persistent.
 * Thread-safe.
 */
public final class MemoryBatchQueue implements BatchQueue {
    private static final Comparator<Batch> EARLIEST_FIRST =
            comparing(Batch::deadline).thenComparing(Batch::id);

    private final Map<BatchId, Batch> waiting = new ConcurrentHashMap<>();

    @Override
    public void offer(Batch batch) {
        waiting.put(batch.id(), batch);
    }

    @Override
    public List<Candidate> next(int limit) {
        List<Place> places = new ArrayList<>();
        for (List<Batch> ofTenant :
                waiting.values().stream().collect(groupingBy(Batch::tenant)).values()) {
            List<Batch> ordered = ofTenant.stream().sorted(EARLIEST_FIRST).toList();
            for (int round = 0; round < ordered.size(); round++) {
                places.add(new Place(round, ordered.get(round)));
            }
        }
        return places.stream()
                .sorted(comparing(Place::round).thenComparing(Place::batch, EARLIEST_FIRST))
                .limit(limit)
                .map(place -> new Candidate(place.batch().id(), place.batch().tenant()))
                .toList();
    }

    @Override
    public void remove(BatchId id) {
        waiting.remove(id);
    }

    @Override
    public long size() {
        return waiting.size();
    }

    private record Place(int round, Batch batch) {}
}
