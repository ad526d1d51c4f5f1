package io.backfill.fair;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.LineBody;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Link: lets calls of a model through in turn, never more than this node's share of its cap, over all jobs and tenants here, and never
 * more than the node can carry over all models. Turn, slot, place and memory are given together, so that a call that waits holds
 * nothing of what others need. It waits here until its batch is aborted.
 *
 * <p>Whose turn: batches that would miss their window otherwise, earliest deadline first, for three of four turns, or fifteen of
 * sixteen where it gets tight; then the tenant
 * that was served least, by the cost of its calls and its weight, and within a tenant its batches the same way ({@link ServiceRing}).
 * Calls of a batch go in the order of its plan.
 */
public final class FairGate implements RequestDispatcher {
    /** Urgency from which on a batch goes first. */
    static final double URGENT = 0.7;

    /** Urgency from which on three quarters of the model are too little. */
    static final double PRESSING = 0.85;

    private final RequestDispatcher next;
    private final GateContext context;
    private final ConcurrentMap<String, Turnstile> models = new ConcurrentHashMap<>();

    public FairGate(RequestDispatcher next, GateContext context) {
        this.next = next;
        this.context = context;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        if (context.places().wantsPrefix(request) && request.body() instanceof LineBody body) {
            readPrefix(body);
        }
        Waiter waiter = new Waiter(request);
        Turnstile turnstile = models.compute(request.model().name(), (name, known) -> {
            Turnstile entered = known == null ? new Turnstile(request.model(), context) : known;
            // inside of compute, so that it cannot be forgotten before it is used
            entered.enter(waiter);
            return entered;
        });
        // what was taken for a moment and given back may be what another model was refused
        context.capacity().offer();
        if (!await(turnstile, waiter)) {
            return new Outcome.Cancelled();
        }
        Outcome outcome = new Outcome.Unreachable("the call ended without an outcome", true);
        try {
            outcome = next.dispatch(waiter.place().request());
            if (outcome instanceof Outcome.Answered answered && answered.status() < 300) {
                context.deadlines()
                        .finished(request.model().name(), request.turn().cost());
            }
            return outcome;
        } finally {
            turnstile.leave(waiter, outcome);
            context.capacity().offer();
        }
    }

    private static void readPrefix(LineBody body) {
        try {
            body.readPrefix();
        } catch (IOException e) {
            // placed without it; whether the line can be read shows when its body is loaded
        }
    }

    /** False when the batch was aborted before its turn. */
    private boolean await(Turnstile turnstile, Waiter waiter) throws InterruptedException {
        if (waiter.isAdmitted()) {
            return true;
        }
        try (AbortSignal.Registration ignored = waiter.request().abort().onTrip(waiter::wake)) {
            waiter.sleep();
        } catch (InterruptedException | RuntimeException | Error e) {
            turnstile.giveUp(waiter);
            context.capacity().offer();
            throw e;
        }
        boolean stays = turnstile.stays(waiter);
        if (!stays) {
            // what was kept for it is for others now
            context.capacity().offer();
        }
        return stays;
    }

    /** Calls of a model that are let through and not yet back. */
    public int open(String model) {
        Turnstile turnstile = models.get(model);
        return turnstile == null ? 0 : turnstile.open();
    }

    /** Calls of a model that wait for their turn. */
    public int waiting(String model) {
        Turnstile turnstile = models.get(model);
        return turnstile == null ? 0 : turnstile.waiting();
    }

    /** Calls that wait for their turn, by model. */
    public Map<String, Integer> waiting() {
        Map<String, Integer> waiting = new HashMap<>();
        models.forEach((model, turnstile) -> waiting.put(model, turnstile.waiting()));
        return waiting;
    }

    /** Looks at every model again: limits or budgets may have grown. Forgets models that nobody calls. */
    public void look() {
        for (String name : models.keySet()) {
            models.computeIfPresent(name, (key, turnstile) -> turnstile.look() ? turnstile : null);
        }
        context.capacity().offer();
    }
}
