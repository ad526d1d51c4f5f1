package io.backfill.fair;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Simulates the gate of one model without threads: calls enter, the gate admits them, and the test determines which one returns
 * next. Every action at the gate happens under its lock, so each order of threads is equivalent to one such simulation.
 */
final class GatePlay {
    static final Instant LATE = Instant.parse("2026-12-03T10:00:00Z");

    private static final Outcome DONE = new Outcome.TimedOut();

    private final SettableTime time;
    private final Model model;
    private final ModelGate gate;
    private final AbortSignal abort;
    private final List<WaitingCall> waiting = new ArrayList<>();
    private final List<WaitingCall> open = new ArrayList<>();
    private int lines;

    GatePlay(int cap, Places places, DeadlineWatch deadlines, TenantShares shares, SettableTime time) {
        this(cap, ModelTuning.DEFAULT, places, deadlines, shares, time);
    }

    GatePlay(
            int cap,
            ModelTuning tuning,
            Places places,
            DeadlineWatch deadlines,
            TenantShares shares,
            SettableTime time) {
        this.time = time;
        this.model = TestModels.model("m", cap, tuning);
        this.gate = new ModelGate(
                model,
                new GateContext(
                        places,
                        deadlines,
                        shares,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        this.abort = new AbortSignal(time);
    }

    WaitingCall enter(TenantId tenant, BatchId batch, long cost) {
        return enter(tenant, batch, 0, cost, LATE);
    }

    WaitingCall enter(TenantId tenant, BatchId batch, int lane, long cost, Instant deadline) {
        ModelRequest request = TestRequests.withScheduling(
                TestRequests.to(model, tenant, batch, ++lines, abort),
                new ModelRequest.Scheduling(lane, lane + 1, 1, cost, (int) cost, 0, deadline));
        WaitingCall call = new WaitingCall(request);
        waiting.add(call);
        gate.enter(call);
        settle();
        return call;
    }

    /** Ends one of the open calls. */
    WaitingCall leave(Random random) {
        WaitingCall back = open.remove(random.nextInt(open.size()));
        gate.leave(back, DONE);
        settle();
        return back;
    }

    /** Ends one of the waiting calls before it was admitted. */
    WaitingCall giveUp(Random random) {
        WaitingCall gone = waiting.remove(random.nextInt(waiting.size()));
        if (random.nextBoolean()) {
            gate.giveUp(gone);
        } else {
            gate.stays(gone);
        }
        settle();
        return gone;
    }

    boolean look() {
        boolean somebody = gate.look();
        settle();
        return somebody;
    }

    private void settle() {
        for (Iterator<WaitingCall> each = waiting.iterator(); each.hasNext(); ) {
            WaitingCall call = each.next();
            if (call.isAdmitted()) {
                each.remove();
                open.add(call);
            }
        }
    }

    List<WaitingCall> waiting() {
        return waiting;
    }

    List<WaitingCall> open() {
        return open;
    }

    ModelGate gate() {
        return gate;
    }

    SettableTime time() {
        return time;
    }
}
