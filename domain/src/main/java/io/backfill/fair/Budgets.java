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
 * What tenants have left of their budgets, by model. A call is charged its expected cost when it is admitted; the actual cost is
 * settled when its answer has arrived. Outlives the gate of a model that is not called for a moment: a balance is removed only if it
 * is no different from a new one. Thread-safe. Answers from memory.
 */
public final class Budgets implements ModelState {
    /** Opens the balance of a budget that this node has not used recently. */
    interface Opener {
        BudgetBalance open(BudgetKey key, long perMinute);
    }

    private final Opener opener;
    private final ConcurrentMap<BudgetKey, BudgetBalance> balances = new ConcurrentHashMap<>();

    Budgets(Opener opener) {
        this.opener = opener;
    }

    /** Returns the budgets of a single node. */
    public static Budgets ofOneNode(LongSupplier nanoTime) {
        return new Budgets((key, perMinute) -> new TokenBucket(key.kind(), perMinute, nanoTime));
    }

    /** Returns whether the tenant has anything left of every budget that applies to the call. */
    boolean mayGo(ModelRequest request) {
        for (BudgetKey.Kind kind : BudgetKey.Kind.values()) {
            OptionalLong perMinute = perMinute(request, kind);
            if (perMinute.isPresent()
                    && !balance(request, kind, perMinute.getAsLong()).mayGo(perMinute.getAsLong())) {
                return false;
            }
        }
        return true;
    }

    /** Charges the expected cost of a call that is admitted. */
    void pay(ModelRequest request) {
        spend(request, BudgetKey.Kind.TOKENS, request.scheduling().tokens());
        spend(request, BudgetKey.Kind.REQUESTS, 1);
    }

    /** Refunds what a call that has ended did not use. */
    void settle(ModelRequest request, Outcome outcome) {
        switch (outcome) {
            case Outcome.Answered answered -> {
                if (answered.status() >= 300) {
                    spend(request, BudgetKey.Kind.TOKENS, -request.scheduling().tokens());
                }
            }
            case Outcome.Unreachable unreachable -> {
                if (!unreachable.sent()) {
                    giveBack(request);
                }
            }
            case Outcome.Cancelled _ -> giveBack(request);
            // the model may have done all of the work
            case Outcome.TimedOut _, Outcome.AnswerTooLarge _ -> {}
        }
    }

    private void giveBack(ModelRequest request) {
        spend(request, BudgetKey.Kind.TOKENS, -request.scheduling().tokens());
        spend(request, BudgetKey.Kind.REQUESTS, -1);
    }

    /**
     * Replaces the expected cost of a line by the cost that its answer reports, which may be higher or lower. If it reports none,
     * the expected cost stays.
     */
    public void used(ModelRequest request, Usage usage) {
        if (usage.totalTokens() > 0) {
            spend(
                    request,
                    BudgetKey.Kind.TOKENS,
                    usage.totalTokens() - request.scheduling().tokens());
        }
    }

    private void spend(ModelRequest request, BudgetKey.Kind kind, double amount) {
        OptionalLong perMinute = perMinute(request, kind);
        if (perMinute.isPresent()) {
            // inside of compute, so that the balance cannot be removed before it is charged
            balances.compute(key(request, kind), (key, known) -> {
                BudgetBalance balance = known == null ? opener.open(key, perMinute.getAsLong()) : known;
                balance.spend(amount);
                return balance;
            });
        }
    }

    private BudgetBalance balance(ModelRequest request, BudgetKey.Kind kind, long perMinute) {
        return balances.computeIfAbsent(key(request, kind), key -> opener.open(key, perMinute));
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

    /** Returns the open balances. */
    Iterable<BudgetBalance> open() {
        return balances.values();
    }

    int size() {
        return balances.size();
    }

    /** Ignores whether a model is listed: a balance that was removed is opened again in the same state. */
    @Override
    public void forgetIdle(Predicate<String> kept) {
        for (BudgetKey key : balances.keySet()) {
            balances.computeIfPresent(key, (same, balance) -> balance.isLikeNew() ? null : balance);
        }
    }
}
