package io.backfill.benchmarks;

import io.backfill.models.Protection;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.EngineTotals;
import io.backfill.replicas.LimitConfig;
import io.backfill.replicas.ReplicaLimit;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/** The product's own limit of a replica, driven as in the gateway. */
final class ProductControl implements BatchControl {
    private final ReplicaLimit limit;

    ProductControl(Optional<Protection> protection, int cap, LongSupplier nanoTime) {
        this.limit = new ReplicaLimit(LimitConfig.DEFAULT, protection, Duration.ofMinutes(10), cap, cap, nanoTime);
    }

    @Override
    public int now() {
        return limit.now();
    }

    @Override
    public void polled(Poll poll, int open) {
        limit.polled(
                new EngineMetrics(
                        poll.running(), poll.waiting(), poll.kvUsage(), OptionalInt.empty(), EngineTotals.NONE),
                open,
                open);
    }

    @Override
    public void ended(Call call, int open) {
        limit.answered(ReplicaLimit.Signal.SERVED, Optional.empty(), call.sentAt(), open);
    }
}
