package io.backfill.lifecycle;

import io.backfill.retention.IdleModels;
import java.time.Duration;
import java.time.Instant;

/** Removes the rows of models that no node calls any more. */
public final class IdleModelSweep implements Sweep {
    private static final int AT_ONCE = 500;

    private final IdleModels models;

    public IdleModelSweep(IdleModels models) {
        this.models = models;
    }

    @Override
    public String kind() {
        return "models";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return () -> {
            int forgotten = dryRun ? 0 : models.forget(AT_ONCE);
            return new Found(forgotten, forgotten < AT_ONCE);
        };
    }
}
