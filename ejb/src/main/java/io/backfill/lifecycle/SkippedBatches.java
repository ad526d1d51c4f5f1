package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.WaitingBatch;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.run.DispatchPlaces;
import java.util.LinkedHashMap;

/**
 * Logs at level DEBUG why waiting batches are not claimed. A batch is logged again only when the reason changes, so that a
 * pass over a long queue does not repeat what earlier passes logged. Remembers nothing while the level is off. Not
 * thread-safe.
 */
final class SkippedBatches {
    private static final int REMEMBERED = 10_000;
    private static final String PLANNING = "PLANNING";

    private final DispatchPlaces places;
    /** The reasons logged last, least recently found first. */
    private final LinkedHashMap<Skipped, String> reasons = new LinkedHashMap<>();

    private boolean plannersBusy;

    /** @param model that the batch was considered for; empty for planning */
    private record Skipped(BatchId batch, String model) {}

    SkippedBatches(DispatchPlaces places) {
        this.places = places;
    }

    /** Logs why a planned batch gets no place. */
    void hasNoPlace(WaitingBatch batch, DispatchPlaces.Verdict verdict) {
        if (isNew(batch.id(), batch.model(), verdict.name())) {
            LOG.debugf("Batch %s is not claimed: %s", batch.id(), places.explain(batch, verdict));
        }
    }

    /** Logs that a batch is not planned yet, because its tenant has {@code planning} batches in planning. */
    void tenantIsPlanning(Candidate batch, int planning) {
        if (isNew(batch.id(), "", PLANNING)) {
            LOG.debugf(
                    "Batch %s is not planned yet: %d batches of tenant %s are being planned, the rest of %d planners"
                            + " is for other tenants",
                    batch.id(), planning, batch.tenant(), JobsConfig.PLANNERS);
        }
    }

    /** Logs when no batch can be planned. */
    void planners(int free) {
        boolean busy = free <= 0;
        if (busy && !plannersBusy) {
            LOG.debugf("No further batch is planned: all %d planners are busy", JobsConfig.PLANNERS);
        }
        plannersBusy = busy;
    }

    private boolean isNew(BatchId batch, String model, String reason) {
        if (!LOG.isDebugEnabled()) {
            reasons.clear();
            return false;
        }
        String before = reasons.putLast(new Skipped(batch, model), reason);
        if (reasons.size() > REMEMBERED) {
            reasons.pollFirstEntry();
        }
        return !reason.equals(before);
    }
}
