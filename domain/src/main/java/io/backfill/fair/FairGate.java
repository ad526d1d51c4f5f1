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
 * Link that admits the calls of a model in turn. It never admits more than this node's share of the model's cap, over all jobs and
 * tenants of the node, or more than the node can carry over all models. Turn, slot, place and memory are given together, so that a
 * waiting call holds nothing that others need. A call waits until it is admitted or its batch is aborted.
 *
 * <p>Batches that would otherwise miss their window go first, earliest deadline first, for three of four turns, or for fifteen of
 * sixteen if three quarters of the model are not enough. Then comes the tenant that was served least, by the cost of its calls and
 * its weight, and within a tenant the batch that was served least ({@link ServiceRing}). The calls of a batch go in the order of
 * its plan.
 */
public final class FairGate implements RequestDispatcher {
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
            // inside of compute, so that the turnstile cannot be removed before the call has entered
            entered.enter(waiter);
            return entered;
        });
        // another model may have been refused capacity that was taken here for a moment
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
            // the call is placed without its prefix; if the line cannot be read at all, loading its body fails
        }
    }

    /** Waits for the turn of the call. Returns false if the batch was aborted before it. */
    private boolean await(Turnstile turnstile, Waiter waiter) throws InterruptedException {
        if (waiter.isAdmitted()) {
            return true;
        }
        try (AbortSignal.Registration _ = waiter.request().abort().onTrip(waiter::wake)) {
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

    /** Returns the number of calls of a model that were admitted and have not ended. */
    public int open(String model) {
        Turnstile turnstile = models.get(model);
        return turnstile == null ? 0 : turnstile.open();
    }

    /** Returns the number of calls of a model that wait for their turn. */
    public int waiting(String model) {
        Turnstile turnstile = models.get(model);
        return turnstile == null ? 0 : turnstile.waiting();
    }

    /** Returns the number of calls that wait for their turn, by model. */
    public Map<String, Integer> waiting() {
        Map<String, Integer> waiting = new HashMap<>();
        models.forEach((model, turnstile) -> waiting.put(model, turnstile.waiting()));
        return waiting;
    }

    /** Checks every model again, because limits or budgets may have grown, and removes the gates of models without calls. */
    public void look() {
        for (String name : models.keySet()) {
            models.computeIfPresent(name, (key, turnstile) -> turnstile.look() ? turnstile : null);
        }
        context.capacity().offer();
    }
}
