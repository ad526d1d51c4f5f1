package io.backfill.lifecycle;

import io.backfill.retention.EndedBatches;
import java.time.Duration;
import java.time.Instant;

/** Removes expired idempotency keys, which are already ignored. */
public final class IdempotencyKeySweep implements Sweep {
    private static final int AT_ONCE = 500;

    private final EndedBatches batches;

    public IdempotencyKeySweep(EndedBatches batches) {
        this.batches = batches;
    }

    @Override
    public String kind() {
        return "idempotency-keys";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return () -> {
            int forgotten = dryRun ? 0 : batches.forgetKeys(now, AT_ONCE);
            return new Found(forgotten, forgotten < AT_ONCE);
        };
    }
}
