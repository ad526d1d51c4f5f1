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
    private final Turnstile turnstile;
    private final AbortSignal abort;
    private final List<Waiter> waiting = new ArrayList<>();
    private final List<Waiter> open = new ArrayList<>();
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
        this.turnstile = new Turnstile(
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

    Waiter enter(TenantId tenant, BatchId batch, long cost) {
        return enter(tenant, batch, 0, cost, LATE);
    }

    Waiter enter(TenantId tenant, BatchId batch, int lane, long cost, Instant deadline) {
        ModelRequest request = TestRequests.withTurn(
                TestRequests.to(model, tenant, batch, ++lines, abort),
                new ModelRequest.Turn(lane, lane + 1, 1, cost, (int) cost, 0, deadline));
        Waiter waiter = new Waiter(request);
        waiting.add(waiter);
        turnstile.enter(waiter);
        settle();
        return waiter;
    }

    /** Ends one of the open calls. */
    Waiter leave(Random random) {
        Waiter back = open.remove(random.nextInt(open.size()));
        turnstile.leave(back, DONE);
        settle();
        return back;
    }

    /** Ends one of the waiting calls before it was admitted. */
    Waiter giveUp(Random random) {
        Waiter gone = waiting.remove(random.nextInt(waiting.size()));
        if (random.nextBoolean()) {
            turnstile.giveUp(gone);
        } else {
            turnstile.stays(gone);
        }
        settle();
        return gone;
    }

    boolean look() {
        boolean somebody = turnstile.look();
        settle();
        return somebody;
    }

    private void settle() {
        for (Iterator<Waiter> each = waiting.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.isAdmitted()) {
                each.remove();
                open.add(waiter);
            }
        }
    }

    List<Waiter> waiting() {
        return waiting;
    }

    List<Waiter> open() {
        return open;
    }

    Turnstile turnstile() {
        return turnstile;
    }

    SettableTime time() {
        return time;
    }
}
