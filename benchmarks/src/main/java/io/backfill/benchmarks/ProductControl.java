package io.backfill.benchmarks;

import io.backfill.models.Protection;
import io.backfill.plan.EntryCost;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.EnginePace;
import io.backfill.replicas.EngineTotals;
import io.backfill.replicas.LatencyHistogram;
import io.backfill.replicas.LimitConfig;
import io.backfill.replicas.OpenCalls;
import io.backfill.replicas.OwnCalls;
import io.backfill.replicas.ReplicaLimit;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** The product's own limit and pace of a replica, driven as in the gateway. */
final class ProductControl implements BatchControl {
    private final Optional<Protection> protection;
    private final LongSupplier nanoTime;
    private final ReplicaLimit limit;
    private final EnginePace pace;
    private final OpenCalls calls;

    private long ended;

    ProductControl(Optional<Protection> protection, int cap, LongSupplier nanoTime) {
        this.protection = protection;
        this.nanoTime = nanoTime;
        this.limit = new ReplicaLimit(LimitConfig.DEFAULT, protection, Duration.ofMinutes(10), cap, cap, nanoTime);
        this.pace = new EnginePace(cap, nanoTime.getAsLong());
        this.calls = new OpenCalls(nanoTime.getAsLong());
    }

    @Override
    public int now() {
        return Math.min(limit.now(), pace.calls());
    }

    @Override
    public boolean isDue(int promptTokens) {
        return pace.holds(promptTokens, calls.freshTokens())
                && pace.dueLater(nanoTime.getAsLong()).isEmpty();
    }

    @Override
    public long notBefore() {
        return pace.dueLater(nanoTime.getAsLong()).orElse(Long.MIN_VALUE);
    }

    @Override
    public void sent(int promptTokens, int outputTokens) {
        long now = nanoTime.getAsLong();
        calls.enter(promptTokens, promptTokens, now);
        pace.sent(EntryCost.of(promptTokens, outputTokens), now);
    }

    @Override
    public void polled(Poll poll, int open) {
        long now = nanoTime.getAsLong();
        EngineMetrics metrics = new EngineMetrics(
                poll.running(),
                poll.waiting(),
                poll.kvUsage(),
                OptionalInt.empty(),
                new EngineTotals(
                        OptionalLong.of(poll.finished()),
                        OptionalLong.of(poll.tokens().promptTokens()),
                        OptionalLong.of(poll.tokens().generatedTokens()),
                        LatencyHistogram.EMPTY,
                        LatencyHistogram.EMPTY));
        limit.polled(metrics, open, open);
        OwnCalls own = new OwnCalls(open, calls.mostSinceLast(), ended);
        pace.polled(metrics, own, open, calls.callSeconds(now), protection, now);
    }

    @Override
    public void ended(Call call, int open) {
        ended++;
        limit.answered(ReplicaLimit.Signal.SERVED, Optional.empty(), call.sentAt(), open);
        long now = nanoTime.getAsLong();
        calls.leave(call.promptTokens(), call.promptTokens(), now);
        pace.served(
                Math.max(1, call.endedAt() - call.sentAt()) / 1e9,
                EntryCost.of(call.promptTokens(), call.outputTokens()),
                EntryCost.of(call.promptTokens() - call.cachedTokens(), call.outputTokens()),
                call.promptTokens(),
                call.cachedTokens(),
                calls.callSeconds(now),
                now);
    }
}
