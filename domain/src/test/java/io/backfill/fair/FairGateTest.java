package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.admission.CallGrant;
import io.backfill.admission.NodeCapacity;
import io.backfill.batches.Priority;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestBody;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.Party;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import io.backfill.testing.TestSteering;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FairGateTest {
    private static final TenantId A = new TenantId("a");
    private static final TenantId B = new TenantId("b");

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Model one = TestModels.model("m", 1);
    private final Party party = new Party(1);
    private final RecordingDispatcher end = RecordingDispatcher.ok().holdAt(party);
    private final DeadlineWatch deadlines = new DeadlineWatch(time, time);
    private final FairGate gate = gate(end);
    private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

    @Test
    void newcomersShouldGoNextAndStayForAChunk() {
        start(request(A, 1, 1));
        party.awaitGuests();
        List<ModelRequest> arrivals = List.of(
                request(A, 1, 2),
                request(A, 1, 3),
                request(A, 1, 4),
                request(A, 2, 1),
                request(B, 3, 1),
                request(B, 3, 2));
        arrivals.forEach(this::startAndAwaitParked);

        party.disband();

        await().until(() -> outcomes.size() == 7);
        assertThat(end.requests().stream().map(sent -> sent.tenant() + "/" + number(sent) + "/" + line(sent)))
                .containsExactly("a/1/1", "b/3/1", "b/3/2", "a/2/1", "a/1/2", "a/1/3", "a/1/4");
        assertThat(end.mostOpen()).isEqualTo(1);
    }

    @Test
    void aHigherPriorityShouldGoFirstWithinTheTenantOnly() {
        TestSteering changing = new TestSteering(Priority.LOW);
        start(request(A, 1, 1));
        party.awaitGuests();
        startAndAwaitParked(TestRequests.withSteering(request(A, 2, 1), changing));
        startAndAwaitParked(request(A, 3, 1));
        startAndAwaitParked(TestRequests.withSteering(request(A, 4, 1), new TestSteering(Priority.HIGH)));
        startAndAwaitParked(TestRequests.withSteering(request(A, 4, 2), new TestSteering(Priority.HIGH)));
        startAndAwaitParked(TestRequests.withSteering(request(B, 5, 1), new TestSteering(Priority.LOW)));
        startAndAwaitParked(TestRequests.withSteering(request(A, 6, 1), new TestSteering(Priority.LOW)));
        changing.set(Priority.HIGH);

        party.disband();

        await().until(() -> outcomes.size() == 7);
        List<String> order = end.requests().stream()
                .map(sent -> sent.tenant() + "/" + number(sent))
                .toList();
        assertThat(order.get(1)).as("another tenant's priority does not matter").isEqualTo("b/5");
        assertThat(order.subList(2, 5)).containsExactlyInAnyOrder("a/2", "a/4", "a/4");
        assertThat(order.subList(5, 7)).containsExactly("a/3", "a/6");
    }

    @Test
    void anAbortShouldEndTheWaitAndNothingElse() {
        AbortSignal other = new AbortSignal(time);
        start(request(A, 1, 1));
        party.awaitGuests();
        startAndAwaitParked(request(A, 1, 2));
        startAndAwaitParked(TestRequests.to(one, B, SeededIds.batch(2), 1, other));

        abort.trip(AbortCause.CANCEL);

        await().until(() -> outcomes.contains(new Outcome.Cancelled()));
        assertThat(gate.open(one.name())).isEqualTo(1);
        party.disband();
        await().until(() -> outcomes.size() == 3);
        assertThat(end.requests()).extracting(ModelRequest::tenant).containsExactly(A, B);
        assertThat(gate.open(one.name())).isZero();
    }

    @Test
    void aFullModelShouldNotSlowAnother() throws InterruptedException {
        start(request(A, 1, 1));
        party.awaitGuests();
        startAndAwaitParked(request(A, 1, 2));
        Thread other = start(TestRequests.to(TestModels.model("n", 1), A, SeededIds.batch(1), 3, abort));

        await().until(() -> end.open() == 2);
        party.disband();
        other.join();
    }

    @Test
    void aHigherCapShouldCountWithTheNextRequest() {
        start(request(A, 1, 1));
        party.awaitGuests();
        startAndAwaitParked(request(A, 1, 2));

        start(TestRequests.to(TestModels.model("m", 3), B, SeededIds.batch(2), 1, abort));

        await().until(() -> end.open() == 3);
        party.disband();
        await().until(() -> outcomes.size() == 3);
    }

    @Test
    void aLowerCapShouldAdmitNobodyUntilEnoughHaveLeft() {
        Party first = new Party(3);
        end.holdAt(first);
        Model three = TestModels.model("m", 3);
        for (int i = 1; i <= 3; i++) {
            start(TestRequests.to(three, A, SeededIds.batch(1), i, abort));
        }
        first.awaitGuests();
        Party second = new Party(2);
        end.holdAt(second);
        startAndAwaitParked(request(B, 2, 1));
        startAndAwaitParked(request(B, 2, 2));

        first.disband();

        await().until(() -> outcomes.size() == 3 && end.open() == 1);
        assertThat(gate.open(one.name())).isEqualTo(1);
        second.disband();
        await().until(() -> outcomes.size() == 5);
        assertThat(end.mostOpen()).isEqualTo(3);
    }

    @Test
    void aCallThatThrowsShouldFreeItsPlace() throws InterruptedException {
        FairGate broken = gate(request -> {
            throw new StackOverflowError("a bug");
        });

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> broken.dispatch(request(A, 1, 1))).isInstanceOf(StackOverflowError.class);
        }
        assertThat(broken.open(one.name())).isZero();
    }

    @Test
    void anInterruptShouldEndTheWaitAndLeaveNothingBehind() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        start(request(A, 1, 1));
        party.awaitGuests();
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                gate.dispatch(request(A, 1, 2));
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        await().until(() -> waiting.getState() == Thread.State.WAITING);
        waiting.interrupt();
        waiting.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);

        startAndAwaitParked(request(A, 1, 3));
        party.disband();
        await().until(() -> outcomes.size() == 2);
        assertThat(gate.open(one.name())).isZero();
    }

    @Test
    void openShouldBeZeroForAModelNobodyAskedFor() {
        assertThat(gate.open("nobody")).isZero();
    }

    /**
     * Thousands of calls, aborts and interrupts at random moments: no place is lost, none is assigned twice, and every call
     * returns.
     */
    @Test
    void theCapShouldHoldUnderStress() throws InterruptedException {
        int cap = 7;
        Model model = TestModels.model("m", cap);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        FairGate stressed = gate(request -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            for (int i = line(request) % 5; i > 0; i--) {
                Thread.yield();
            }
            open.decrementAndGet();
            return new Outcome.TimedOut();
        });
        List<AbortSignal> aborts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            aborts.add(new AbortSignal(time));
        }
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        Random random = new Random(4);
        int calls = 6000;
        for (int i = 0; i < calls; i++) {
            int batch = random.nextInt(30);
            ModelRequest request =
                    TestRequests.to(model, new TenantId("t" + batch % 4), SeededIds.batch(batch), i, aborts.get(batch));
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    AtomicInteger counter = stressed.dispatch(request) instanceof Outcome.Cancelled ? cancelled : ran;
                    counter.incrementAndGet();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                }
            }));
            if (i % 500 == 499) {
                aborts.get(i / 500).trip(AbortCause.CANCEL);
            }
            if (i % 50 == 0) {
                threads.get(random.nextInt(threads.size())).interrupt();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(ran.get() + cancelled.get() + interrupted.get()).isEqualTo(calls);
        assertThat(ran.get()).isGreaterThan(calls / 3);
        assertThat(most.get()).isBetween(1, cap);
        assertThat(stressed.open(model.name())).isZero();
        assertThat(open.get()).isZero();
    }

    /**
     * A replica without room must not delay the calls to another replica, and its waiting calls must not hold a slot of the
     * model.
     */
    @Test
    void aLaneWithoutAPlaceShouldBePassedOver() {
        AtomicBoolean firstIsFull = new AtomicBoolean(true);
        Model two = TestModels.model("m", 2);
        RecordingDispatcher model = RecordingDispatcher.ok();
        FairGate lanes = new FairGate(
                model,
                new GateContext(
                        request -> request.scheduling().lane() == 0 && firstIsFull.get()
                                ? Optional.empty()
                                : Optional.of(new AnyPlace(request)),
                        deadlines,
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        for (int line = 1; line <= 5; line++) {
            start(lanes, lane(TestRequests.to(two, A, SeededIds.batch(1), line, abort), 0));
        }
        await().until(() -> lanes.waiting(two.name()) == 5);
        for (int line = 6; line <= 9; line++) {
            start(lanes, lane(TestRequests.to(two, A, SeededIds.batch(1), line, abort), 1));
        }

        await().until(() -> outcomes.size() == 4);
        assertThat(model.requests())
                .extracting(sent -> sent.scheduling().lane())
                .containsOnly(1);
        assertThat(lanes.open(two.name())).isZero();

        firstIsFull.set(false);
        lanes.look();
        await().until(() -> outcomes.size() == 9);
        lanes.look();
        assertThat(lanes.waiting(two.name())).isZero();
    }

    /** Lines of a tenant whose budget is exhausted wait until it is refilled. Other tenants continue, and no call is rejected. */
    @Test
    void aTokenBudgetShouldMakeItsTenantWait() {
        MinuteBudget budget = new MinuteBudget(OptionalLong.empty(), Map.of(A, 100L));
        Model limited = TestModels.model(
                "m",
                8,
                new ModelTuning(Placement.RANGES, Optional.empty(), RouterHeaders.NONE, OptionalInt.empty(), budget));
        RecordingDispatcher model = RecordingDispatcher.ok();
        FairGate budgeted = new FairGate(
                model,
                new GateContext(
                        new BudgetedPlaces(request -> Optional.of(new AnyPlace(request)), Budgets.ofOneNode(time)),
                        deadlines,
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        // 60 tokens each: one call is admitted at once, and most of its tokens are owed
        for (int line = 1; line <= 4; line++) {
            start(budgeted, TestRequests.to(limited, A, SeededIds.batch(1), line, abort));
            int entered = line;
            await().until(() -> outcomes.size() + budgeted.waiting(limited.name()) == entered);
        }
        start(budgeted, TestRequests.to(limited, B, SeededIds.batch(2), 1, abort));
        await().until(() -> outcomes.size() == 2);
        assertThat(budgeted.waiting(limited.name())).isEqualTo(3);

        time.advance(Duration.ofSeconds(36));
        budgeted.look();
        await().until(() -> outcomes.size() == 3);
        assertThat(budgeted.waiting(limited.name())).isEqualTo(2);

        time.advance(Duration.ofHours(1));
        budgeted.look();
        await().until(() -> outcomes.size() == 4);
        assertThat(budgeted.waiting(limited.name())).isOne();
        abort.trip(AbortCause.SHUTDOWN);
        await().until(() -> outcomes.size() == 5);
    }

    /** Three of four turns go to the batch that would miss its window. The others do not starve. */
    @Test
    void aBatchAtRiskShouldGoFirstMostOfTheTime() {
        Instant soon = time.instant().plusSeconds(100);
        Instant late = time.instant().plusSeconds(100_000);
        deadlines.assessOnce(List.of(new Demand(SeededIds.batch(1), "m", soon, 7_000)));
        for (int second = 0; second < 12; second++) {
            time.advance(Duration.ofSeconds(1));
            deadlines.finished("m", 100);
            deadlines.assessOnce(List.of(
                    new Demand(SeededIds.batch(1), "m", soon, 7_000),
                    new Demand(SeededIds.batch(2), "m", late, 1_000_000)));
        }
        assertThat(deadlines.of(SeededIds.batch(1)).urgency()).isBetween(DeadlineRisk.URGENT, DeadlineRisk.PRESSING);
        assertThat(deadlines.of(SeededIds.batch(1)).feasibleAlone()).isTrue();
        assertThat(deadlines.of(SeededIds.batch(2)).atRisk()).isFalse();
        start(request(A, 3, 1));
        party.awaitGuests();
        for (int line = 1; line <= 9; line++) {
            startAndAwaitParked(request(A, 1, line));
        }
        for (int line = 1; line <= 9; line++) {
            startAndAwaitParked(request(B, 2, line));
        }

        party.disband();
        await().until(() -> outcomes.size() == 19);

        assertThat(end.requests().subList(1, 13).stream().map(sent -> number(sent)))
                .containsExactly(1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2);
    }

    /** A model's turn, slot and place are useless while calls of other models fill the node, so an idle model must find room. */
    @Test
    void slowModelsShouldLeaveRoomForAnIdleOne() {
        FairGate node = gate(end, NodeCapacity.of(64, 1 << 30));
        for (int model = 0; model < 6; model++) {
            Model slow = TestModels.model("slow" + model, 64);
            for (int line = 0; line < 64; line++) {
                start(node, TestRequests.to(slow, A, SeededIds.batch(model), line, abort));
            }
            await().until(() -> node.open(slow.name()) + node.waiting(slow.name()) == 64);
        }
        Model idle = TestModels.model("idle", 1);

        start(node, TestRequests.to(idle, B, SeededIds.batch(9), 1, abort));

        await().until(() -> node.open(idle.name()) == 1);
        party.disband();
        await().until(() -> outcomes.size() == 6 * 64 + 1);
        assertThat(end.mostOpen()).isLessThanOrEqualTo(64);
    }

    /** Bytes are held only for calls that are sent, never for calls that wait. A body larger than the budget is sent too. */
    @Test
    void noMoreThanTheBudgetAndOneCallShouldBeHeld() {
        long budget = 1 << 20;
        NodeCapacity capacity = NodeCapacity.of(1000, budget);
        AtomicLong most = new AtomicLong();
        FairGate node = gate(
                request -> {
                    NodeCapacity.Load load = capacity.load();
                    most.accumulateAndGet(load.bytes() + load.overflowBytes(), Math::max);
                    assertThat(load.bytes()).isLessThanOrEqualTo(budget);
                    Thread.yield();
                    return new Outcome.TimedOut();
                },
                capacity);
        Model wide = TestModels.model("wide", 500);
        List<CallGrant> grants = new ArrayList<>();
        for (int line = 0; line < 400; line++) {
            CallGrant grant = new CallGrant();
            grants.add(grant);
            int length = line % 50 == 0 ? 2 << 20 : 100_000;
            start(node, sized(TestRequests.to(wide, A, SeededIds.batch(line % 3), line, abort), length, grant));
        }

        await().until(() -> outcomes.size() == 400);
        assertThat(most.get()).isBetween(2L << 20, budget + (2L << 20) + 100_000);
        grants.forEach(CallGrant::close);
        assertThat(capacity.load().bytes()).isZero();
        assertThat(capacity.load().calls()).isZero();
        assertThat(capacity.load().modelsRefused()).isZero();
    }

    /**
     * Calls that wait while the directory is edited are sent according to the configuration at the time of sending. No later call
     * uses an older one.
     */
    @Test
    void whatWaitsWhileTheModelsAreEditedShouldGoToTheNewOnes() {
        TestModels models = new TestModels(one);
        FairGate edited = new FairGate(
                end,
                new GateContext(
                        request -> Optional.of(new AnyPlace(request)),
                        deadlines,
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        known -> models.find(known.name()).orElse(known),
                        time));
        start(edited, request(A, 1, 1));
        party.awaitGuests();
        for (int line = 2; line <= 9; line++) {
            startAndAwaitParked(edited, request(A, 1, line));
        }
        Model moved = TestModels.model("m", 2);
        models.replace(moved);
        start(edited, request(B, 2, 1));
        await().until(() -> edited.open(one.name()) == 2);

        party.disband();
        await().until(() -> outcomes.size() == 10);

        assertThat(end.requests().subList(1, 10))
                .extracting(ModelRequest::model)
                .containsOnly(moved);
        assertThat(end.requests()).extracting(ModelRequest::modelVersion).isSorted();
        assertThat(end.requests().get(1).modelVersion())
                .isGreaterThan(end.requests().getFirst().modelVersion());
    }

    private static ModelRequest sized(ModelRequest any, int length, CallGrant grant) {
        return TestRequests.withGrant(any, grant).withBody(new RequestBody.Loaded(new byte[length], 0, length));
    }

    private ModelRequest lane(ModelRequest request, int lane) {
        ModelRequest.Scheduling scheduling = request.scheduling();
        return TestRequests.withScheduling(
                request,
                new ModelRequest.Scheduling(
                        lane,
                        2,
                        1,
                        scheduling.cost(),
                        scheduling.promptTokens(),
                        scheduling.outputTokens(),
                        scheduling.deadline()));
    }

    private FairGate gate(RequestDispatcher to) {
        return gate(to, NodeCapacity.unlimited());
    }

    private FairGate gate(RequestDispatcher to, NodeCapacity capacity) {
        return new FairGate(
                to,
                new GateContext(
                        request -> Optional.of(new AnyPlace(request)),
                        deadlines,
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        capacity,
                        UnaryOperator.identity(),
                        time));
    }

    /** A place at a model that has room for every call. */
    private record AnyPlace(ModelRequest request) implements Places.Place {
        @Override
        public void release(Outcome outcome) {}
    }

    private ModelRequest request(TenantId tenant, int batch, int line) {
        return TestRequests.to(one, tenant, SeededIds.batch(batch), line, abort);
    }

    private Thread start(ModelRequest request) {
        return start(gate, request);
    }

    private Thread start(FairGate entered, ModelRequest request) {
        return Thread.startVirtualThread(() -> {
            try {
                outcomes.add(entered.dispatch(request));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void startAndAwaitParked(ModelRequest request) {
        startAndAwaitParked(gate, request);
    }

    private void startAndAwaitParked(FairGate entered, ModelRequest request) {
        Thread thread = start(entered, request);
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private static int number(ModelRequest request) {
        for (int i = 0; i < 100; i++) {
            if (request.batch().equals(SeededIds.batch(i))) {
                return i;
            }
        }
        throw new AssertionError(request.batch());
    }

    private static int line(ModelRequest request) {
        return Integer.parseInt(request.id().substring(request.id().length() - 8), 16);
    }
}
