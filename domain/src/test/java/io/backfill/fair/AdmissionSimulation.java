package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.CallGrant;
import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.LineBody;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.models.Model;
import io.backfill.plan.PlanEntry;
import io.backfill.replicas.FleetRegistry;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Simulates the dispatch of a node in virtual time on one thread. Gates, fleets and capacity are the product's; windows, stores and
 * replicas are simulated. Every action at a gate happens under its lock, so each order of threads is equivalent to one such
 * simulation. After every event the simulation checks that no more is held than allowed, and that every call that could be admitted
 * has been.
 */
final class AdmissionSimulation {
    private static final long MILLI = 1_000_000;
    private static final long TIMEOUT = 30_000 * MILLI;
    private static final String PATH = "/v1/chat/completions";

    private record Event(long at, long sequence, Runnable run) {}

    final SettableTime time = SettableTime.standing();
    final DeadlineWatch deadlines = new DeadlineWatch(time, time);
    final List<SimulatedModel> models = new ArrayList<>();
    final ServiceRecord service = new ServiceRecord();
    final Random random;
    private final long budget;
    private final NodeCapacity capacity;
    private final GateContext context;
    private final AbortSignal abort = new AbortSignal(time);
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::sequence));
    /** In order of arrival: any other order would make runs with the same seed differ. */
    private final Map<WaitingCall, SimulatedLine> waiting = new LinkedHashMap<>();

    private final MemoryFileStore store = new MemoryFileStore();
    private long sequence;
    private long largestNeed;
    private int unfinished;

    AdmissionSimulation(Random random, int calls, long budget, TenantShares shares) {
        this.random = random;
        this.budget = budget;
        this.capacity = NodeCapacity.of(calls, budget);
        this.context = new GateContext(
                new FleetRegistry(time), deadlines, shares, CapShares.WHOLE, capacity, UnaryOperator.identity(), time);
        store.put("in", "");
        at(500, this::tick);
    }

    SimulatedModel add(Model model, int latencyMillis) {
        SimulatedModel added = new SimulatedModel(model, new ModelGate(model, context), latencyMillis);
        models.add(added);
        return added;
    }

    /** Adds a batch of {@code lines} lines that arrives after {@code millis}. */
    SimulatedBatch add(
            long millis,
            BatchId id,
            TenantId tenant,
            SimulatedModel model,
            Duration window,
            int lines,
            UnaryOperator<SimulatedLine> sizes) {
        SimulatedBatch batch = new SimulatedBatch(
                id, tenant, model, time.instant().plusMillis(millis).plus(window));
        for (int line = 1; line <= lines; line++) {
            batch.add(sizes.apply(new SimulatedLine(batch, line, 0, 0, 0)));
        }
        unfinished += lines;
        at(millis, () -> {
            model.batches.add(batch);
            fill(batch);
        });
        return batch;
    }

    void at(long millis, Runnable run) {
        events.add(new Event(time.getAsLong() + millis * MILLI, sequence++, run));
    }

    int unfinished() {
        return unfinished;
    }

    /** Runs until {@code millis} of virtual time, or until every line is done. */
    void runUntil(long millis) {
        long end = millis * MILLI;
        while (unfinished > 0 && !events.isEmpty() && events.peek().at() <= end) {
            Event next = events.remove();
            time.advance(Duration.ofNanos(next.at() - time.getAsLong()));
            // in the product, calls that become admissible by the passage of time wait for the next pass
            models.forEach(model -> model.gate.look());
            sendAdmitted();
            next.run().run();
            settle();
        }
    }

    /** Sends the admitted calls between two events, and checks that no further call could be admitted. */
    private void settle() {
        capacity.offer();
        sendAdmitted();
        noteShort();
        NodeCapacity.Load load = capacity.load();
        if (load.bytes() < 0 || load.bytes() > budget || load.overflowBytes() > largestNeed) {
            throw new AssertionError("more is held than the budget and one call: " + load);
        }
        for (SimulatedModel model : models) {
            int before = model.gate.open();
            model.gate.look();
            if (model.gate.open() != before) {
                throw new AssertionError(
                        "calls of " + model.model.name() + " could go, and were not let through: " + load);
            }
        }
    }

    /**
     * Records the tenants that cannot get their share because all of their calls must wait for bytes, unless slots were kept idle
     * for them.
     */
    private void noteShort() {
        for (SimulatedModel model : models) {
            for (TenantId tenant : service.waiting(model)) {
                if (model.gate.isShort(tenant)) {
                    service.isShort(model, tenant);
                }
            }
        }
    }

    private void fill(SimulatedBatch batch) {
        while (batch.inWindow < batch.model.model.maxInFlight() && !batch.left.isEmpty()) {
            batch.inWindow++;
            enter(batch.left.remove());
        }
    }

    private void enter(SimulatedLine line) {
        line.grant = new CallGrant();
        largestNeed = Math.max(largestNeed, line.bytes + (600L << 10));
        WaitingCall call = new WaitingCall(requestOf(line));
        waiting.put(call, line);
        service.waits(line.batch.model, line.batch.tenant, 1);
        line.batch.model.gate.enter(call);
        sendAdmitted();
    }

    private ModelRequest requestOf(SimulatedLine line) {
        SimulatedBatch batch = line.batch;
        try {
            return new ModelRequest(
                    new ModelRequest.Line(LineId.of(batch.id, line.number), batch.id, batch.tenant, PATH, Map.of()),
                    new LineBody(store.open("in"), new PlanEntry(0, line.number, 0, 0, 0, 0, line.bytes, 1, 1, 1)),
                    batch.model.model,
                    0,
                    new ModelRequest.Control(abort, () -> true, line.grant),
                    new ModelRequest.Scheduling(
                            line.number % batch.model.model.lanes(),
                            batch.model.model.lanes(),
                            line.attempts,
                            line.cost,
                            (int) line.cost,
                            0,
                            batch.deadline),
                    Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sendAdmitted() {
        List<WaitingCall> admitted =
                waiting.keySet().stream().filter(WaitingCall::isAdmitted).toList();
        for (WaitingCall call : admitted) {
            SimulatedLine line = waiting.remove(call);
            if (line != null) {
                service.waits(line.batch.model, line.batch.tenant, -1);
                service.served(line.batch.model, line.batch.tenant, line.cost);
                send(call, line);
            }
        }
    }

    private void send(WaitingCall call, SimulatedLine line) {
        SimulatedModel model = line.batch.model;
        SimulatedModel.Health health = model.of(call.place().request().replica().orElseThrow());
        long normal = (long) (model.latencyMillis * (0.5 + random.nextDouble()));
        switch (health) {
            case WELL -> at(normal, () -> back(call, line, answer(200, line.answerBytes)));
            case SLOW -> at(normal * 20, () -> back(call, line, answer(200, line.answerBytes)));
            case HANGS -> at(TIMEOUT / MILLI, () -> back(call, line, new Outcome.TimedOut()));
            case REFUSES -> at(2, () -> back(call, line, answer(503, 100)));
            case DEAD -> at(1, () -> back(call, line, new Outcome.Unreachable("refused", false)));
        }
    }

    private static Outcome answer(int status, int bytes) {
        return new Outcome.Answered(
                status, new byte[bytes], "application/json", "r", Optional.empty(), Optional.empty());
    }

    private void back(WaitingCall call, SimulatedLine line, Outcome outcome) {
        SimulatedBatch batch = line.batch;
        batch.model.gate.leave(call, outcome);
        capacity.offer();
        boolean done = outcome instanceof Outcome.Answered answered && answered.status() == 200;
        if (done) {
            deadlines.finished(batch.model.model.name(), line.cost);
            // the answer is held until it is logged
            at(random.nextInt(20), () -> logged(line));
        } else {
            line.grant.shrinkTo(0);
            line.attempts++;
            at(Math.min(5_000, 100L << Math.min(line.attempts, 10)) + random.nextInt(100), () -> enter(line));
        }
    }

    private void logged(SimulatedLine line) {
        line.grant.close();
        line.batch.inWindow--;
        line.batch.done++;
        line.batch.costLeft -= line.cost;
        unfinished--;
        fill(line.batch);
    }

    private void tick() {
        if (time.getAsLong() / MILLI % 1000 == 0) {
            List<Demand> demands = new ArrayList<>();
            for (SimulatedModel model : models) {
                model.batches.forEach(
                        batch -> demands.add(new Demand(batch.id, model.model.name(), batch.deadline, batch.costLeft)));
            }
            deadlines.assessOnce(demands);
            service.second();
        }
        models.forEach(model -> model.gate.look());
        at(500, this::tick);
    }

    /** Asserts that all lines are done, nothing is held, and no call waits. */
    void assertNothingIsLeft() {
        assertThat(unfinished).as("lines without result").isZero();
        assertThat(capacity.load().calls()).isZero();
        assertThat(capacity.load().bytes()).isZero();
        assertThat(capacity.load().overflowBytes()).isZero();
        assertThat(capacity.load().modelsRefused()).isZero();
        assertThat(waiting).isEmpty();
    }
}
