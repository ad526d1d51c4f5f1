package io.backfill.fair;

import io.backfill.batches.Usage;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.ModelState;
import io.backfill.dispatch.Outcome;
import io.backfill.models.ModelTuning;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What tenants have left of their budgets, by model. A call pays what it is expected to cost when it is let through; what it really
 * cost is settled when its answer is there. Outlives the gate of a model that nothing calls for a moment: a purse is forgotten
 * only when it is no different from a new one. Thread-safe; answers from memory.
 */
public final class Budgets implements ModelState {
    /** Opens the purse of a budget that this node has not used lately. */
    interface Opener {
        Purse open(BudgetKey key, long perMinute);
    }

    private final Opener opener;
    private final ConcurrentMap<BudgetKey, Purse> purses = new ConcurrentHashMap<>();

    Budgets(Opener opener) {
        this.opener = opener;
    }

    /** Those of the only node there is. */
    public static Budgets ofOneNode(LongSupplier nanoTime) {
        return new Budgets((key, perMinute) -> new TokenBucket(key.kind(), perMinute, nanoTime));
    }

    /** Whether the tenant has any left of every budget. */
    boolean mayGo(ModelRequest request) {
        for (BudgetKey.Kind kind : BudgetKey.Kind.values()) {
            OptionalLong perMinute = perMinute(request, kind);
            if (perMinute.isPresent()
                    && !purse(request, kind, perMinute.getAsLong()).mayGo(perMinute.getAsLong())) {
                return false;
            }
        }
        return true;
    }

    /** The call goes: takes what it is expected to cost. */
    void pay(ModelRequest request) {
        spend(request, BudgetKey.Kind.TOKENS, request.turn().tokens());
        spend(request, BudgetKey.Kind.REQUESTS, 1);
    }

    /** The call is back: gives back what it did not use. */
    void settle(ModelRequest request, Outcome outcome) {
        switch (outcome) {
            case Outcome.Answered answered -> {
                if (answered.status() >= 300) {
                    spend(request, BudgetKey.Kind.TOKENS, -request.turn().tokens());
                }
            }
            case Outcome.Unreachable unreachable -> {
                if (!unreachable.sent()) {
                    giveBack(request);
                }
            }
            case Outcome.Cancelled _ -> giveBack(request);
            // the model may have worked to the end
            case Outcome.TimedOut _, Outcome.AnswerTooLarge _ -> {}
        }
    }

    private void giveBack(ModelRequest request) {
        spend(request, BudgetKey.Kind.TOKENS, -request.turn().tokens());
        spend(request, BudgetKey.Kind.REQUESTS, -1);
    }

    /** A line's answer says what it cost; it may be more or less than was expected. An answer that does not say counts as expected. */
    void used(ModelRequest request, Usage usage) {
        if (usage.totalTokens() > 0) {
            spend(
                    request,
                    BudgetKey.Kind.TOKENS,
                    usage.totalTokens() - request.turn().tokens());
        }
    }

    private void spend(ModelRequest request, BudgetKey.Kind kind, double amount) {
        OptionalLong perMinute = perMinute(request, kind);
        if (perMinute.isPresent()) {
            // inside of compute, so that it cannot be forgotten before it is used
            purses.compute(key(request, kind), (key, known) -> {
                Purse purse = known == null ? opener.open(key, perMinute.getAsLong()) : known;
                purse.spend(amount);
                return purse;
            });
        }
    }

    private Purse purse(ModelRequest request, BudgetKey.Kind kind, long perMinute) {
        return purses.computeIfAbsent(key(request, kind), key -> opener.open(key, perMinute));
    }

    private static BudgetKey key(ModelRequest request, BudgetKey.Kind kind) {
        return new BudgetKey(request.model().name(), request.tenant(), kind);
    }

    private static OptionalLong perMinute(ModelRequest request, BudgetKey.Kind kind) {
        ModelTuning tuning = request.model().tuning();
        return switch (kind) {
            case TOKENS -> tuning.tokens().perMinute(request.tenant());
            case REQUESTS -> tuning.requests().perMinute(request.tenant());
        };
    }

    /** The purses that are open. */
    Iterable<Purse> open() {
        return purses.values();
    }

    int size() {
        return purses.size();
    }

    /** Whether a model is listed makes no difference: a purse that is forgotten is opened again as it was. */
    @Override
    public void forgetIdle(Predicate<String> kept) {
        for (BudgetKey key : purses.keySet()) {
            purses.computeIfPresent(key, (same, purse) -> purse.isLikeNew() ? null : purse);
        }
    }
}
