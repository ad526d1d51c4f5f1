package io.backfill.replicas;

import io.backfill.batches.Usage;
import io.backfill.models.Model;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** The open calls at a replica and, unless its model's protection is off, their pace. Guarded by its fleet. */
final class PacedCalls {
    private final LongSupplier nanoTime;
    private final OpenCalls open;
    private final EnginePace pace;
    private Model model;

    PacedCalls(Model model, LongSupplier nanoTime) {
        this.model = model;
        this.nanoTime = nanoTime;
        this.open = new OpenCalls(nanoTime.getAsLong());
        this.pace = new EnginePace(model.maxInFlight(), nanoTime.getAsLong());
    }

    void configure(Model next) {
        model = next;
        pace.configure(next.maxInFlight());
    }

    private boolean isPaced() {
        return model.tuning().protection().isPresent();
    }

    int count() {
        return open.count();
    }

    long promptTokens() {
        return open.promptTokens();
    }

    int mostSinceLast() {
        return open.mostSinceLast();
    }

    /** Returns how many calls may be open as far as the pace is concerned. */
    int allowed() {
        return isPaced() ? pace.calls() : Integer.MAX_VALUE;
    }

    /** Whether the engine may hold that many more uncached prompt tokens. */
    boolean holds(long fresh) {
        return !isPaced() || pace.holds(fresh, open.freshTokens());
    }

    /** Returns the nano time at which the next call may be sent; empty if it may be sent now. */
    OptionalLong dueLater() {
        return isPaced() ? pace.dueLater(nanoTime.getAsLong()) : OptionalLong.empty();
    }

    void enter(int tokens, long fresh, long cost) {
        long now = nanoTime.getAsLong();
        open.enter(tokens, fresh, now);
        pace.sent(cost, now);
    }

    void leave(int tokens, long fresh) {
        open.leave(tokens, fresh, nanoTime.getAsLong());
    }

    /** @param own this node's calls of all models at the engine */
    void polled(EngineMetrics metrics, OwnCalls own) {
        long now = nanoTime.getAsLong();
        if (isPaced()) {
            pace.polled(
                    metrics,
                    own,
                    open.count(),
                    open.callSeconds(now),
                    model.tuning().protection(),
                    now);
        }
    }

    void served(ServedCall call, Usage usage) {
        long now = nanoTime.getAsLong();
        if (isPaced()) {
            pace.served(
                    call.seconds(),
                    call.cost(),
                    call.work(usage),
                    usage.inputTokens(),
                    Math.min(usage.cachedTokens(), usage.inputTokens()),
                    open.callSeconds(now),
                    now);
        }
    }
}
