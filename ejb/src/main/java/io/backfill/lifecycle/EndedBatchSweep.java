package io.backfill.lifecycle;

import io.backfill.ids.BatchId;
import io.backfill.retention.EndedBatches;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Removes the rows of batches that ended long ago. Their result files are independent and have an expiry of their own. A
 * batch folder that was left behind by a crash is removed by {@link OrphanedBlobSweep}.
 */
public final class EndedBatchSweep implements Sweep {
    private static final int AT_ONCE = 200;

    private final EndedBatches batches;
    private final Duration kept;

    /** Removes batches {@code kept} after their end. */
    public EndedBatchSweep(EndedBatches batches, Duration kept) {
        this.batches = batches;
        this.kept = kept;
    }

    @Override
    public String kind() {
        return "batches";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return new Pass() {
            private Optional<BatchId> cursor = Optional.empty();

            @Override
            public Found next() {
                List<BatchId> some = batches.endedBefore(now.minus(kept), cursor, AT_ONCE);
                if (some.isEmpty()) {
                    return new Found(0, true);
                }
                cursor = Optional.of(some.getLast());
                int things = dryRun ? some.size() : batches.remove(some);
                return new Found(things, some.size() < AT_ONCE);
            }
        };
    }
}
