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
    private final ConcurrentMap<String, ModelGate> models = new ConcurrentHashMap<>();

    public FairGate(RequestDispatcher next, GateContext context) {
        this.next = next;
        this.context = context;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        if (context.places().wantsPrefix(request) && request.body() instanceof LineBody body) {
            readPrefix(body);
        }
        WaitingCall call = new WaitingCall(request);
        ModelGate gate = models.compute(request.model().name(), (name, known) -> {
            ModelGate entered = known == null ? new ModelGate(request.model(), context) : known;
            // inside of compute, so that the gate cannot be removed before the call has entered
            entered.enter(call);
            return entered;
        });
        // another model may have been refused capacity that was taken here for a moment
        context.capacity().offer();
        if (!await(gate, call)) {
            return new Outcome.Cancelled();
        }
        Outcome outcome = new Outcome.Unreachable("the call ended without an outcome", true);
        try {
            outcome = next.dispatch(call.place().request());
            if (outcome instanceof Outcome.Answered answered && answered.status() < 300) {
                context.deadlines()
                        .finished(request.model().name(), request.scheduling().cost());
            }
            return outcome;
        } finally {
            gate.leave(call, outcome);
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
    private boolean await(ModelGate gate, WaitingCall call) throws InterruptedException {
        if (call.isAdmitted()) {
            return true;
        }
        try (AbortSignal.Registration _ = call.request().control().abort().onTrip(call::wake)) {
            call.sleep();
        } catch (InterruptedException | RuntimeException | Error e) {
            gate.giveUp(call);
            context.capacity().offer();
            throw e;
        }
        boolean stays = gate.stays(call);
        if (!stays) {
            // what was kept for it is for others now
            context.capacity().offer();
        }
        return stays;
    }

    /** Returns the number of calls of a model that were admitted and have not ended. */
    public int open(String model) {
        ModelGate gate = models.get(model);
        return gate == null ? 0 : gate.open();
    }

    /** Returns the number of calls of a model that wait for their turn. */
    public int waiting(String model) {
        ModelGate gate = models.get(model);
        return gate == null ? 0 : gate.waiting();
    }

    /** Returns the number of calls that wait for their turn, by model. */
    public Map<String, Integer> waiting() {
        Map<String, Integer> waiting = new HashMap<>();
        models.forEach((model, gate) -> waiting.put(model, gate.waiting()));
        return waiting;
    }

    /** Checks a model again. */
    public void look(String model) {
        models.computeIfPresent(model, (key, gate) -> gate.look() ? gate : null);
        context.capacity().offer();
    }

    /** Checks every model again, because limits or budgets may have grown, and removes the gates of models without calls. */
    public void look() {
        for (String name : models.keySet()) {
            models.computeIfPresent(name, (key, gate) -> gate.look() ? gate : null);
        }
        context.capacity().offer();
    }
}
