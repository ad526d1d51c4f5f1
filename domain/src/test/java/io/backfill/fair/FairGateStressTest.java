package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import io.backfill.testing.Party;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Threads at a gate whose replicas have fewer places than the model has slots. {@code look} is not called, so a call that leaves
 * must wake the calls that may go.
 */
@Timeout(60)
class FairGateStressTest {
    private final SettableTime time = SettableTime.standing();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    @RepeatedTest(5)
    void everybodyShouldComeBackAndNoPlaceBeLost(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int cap = 2 + random.nextInt(12);
        int lanes = 1 + random.nextInt(4);
        Model model = TestModels.model("m", cap);
        CountedPlaces places = new CountedPlaces(1 + random.nextInt(cap));
        FairGate gate = gate(places, random);
        int batches = 12;
        List<AbortSignal> aborts = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            aborts.add(new AbortSignal(time));
        }
        List<Thread> threads = new ArrayList<>();
        int calls = 4000;
        for (int i = 0; i < calls; i++) {
            int batch = random.nextInt(batches);
            ModelRequest request = TestRequests.withScheduling(
                    TestRequests.to(model, new TenantId("t" + batch % 5), SeededIds.batch(batch), i, aborts.get(batch)),
                    scheduling(random, lanes));
            threads.add(Thread.startVirtualThread(() -> call(gate, request)));
            if (i % 700 == 699) {
                aborts.get(i / 700).trip(AbortCause.CANCEL);
            }
            if (i % 40 == 0) {
                threads.get(random.nextInt(threads.size())).interrupt();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(ran.get() + cancelled.get() + interrupted.get()).isEqualTo(calls);
        assertThat(ran.get()).isGreaterThan(calls / 4);
        assertThat(most.get()).isBetween(1, cap);
        assertThat(places.open()).isZero();
        assertThat(places.releasedTwice()).isZero();
        assertThat(gate.open(model.name())).isZero();
        assertThat(gate.waiting(model.name())).isZero();
    }

    /**
     * All calls wait, and are aborted at the moment when the first one returns. Every call that wakes up goes or leaves; none
     * remains.
     */
    @RepeatedTest(20)
    void anAbortAsPlacesBecomeFreeShouldLeaveNobodyBehind(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(4);
        Model model = TestModels.model("m", cap);
        CountedPlaces places = new CountedPlaces(cap);
        Party party = new Party(cap);
        FairGate gate = new FairGate(
                request -> {
                    party.attend();
                    return new Outcome.TimedOut();
                },
                new GateContext(
                        places,
                        new DeadlineWatch(time, time),
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        AbortSignal abort = new AbortSignal(time);
        AbortSignal lasting = new AbortSignal(time);
        List<Thread> threads = new ArrayList<>();
        int calls = 60;
        for (int i = 0; i < calls; i++) {
            boolean stays = i < cap || i % 5 == 0;
            ModelRequest request = TestRequests.to(
                    model, new TenantId("t" + i % 3), SeededIds.batch(i % 6), i, stays ? lasting : abort);
            threads.add(Thread.startVirtualThread(() -> call(gate, request)));
        }
        party.awaitGuests();

        Thread aborts = Thread.startVirtualThread(() -> abort.trip(AbortCause.CANCEL));
        party.disband();
        aborts.join();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(ran.get() + cancelled.get()).isEqualTo(calls);
        assertThat(places.admissions()).isEqualTo(ran.get());
        assertThat(places.open()).isZero();
        assertThat(places.releasedTwice()).isZero();
        assertThat(gate.open(model.name())).isZero();
        assertThat(gate.waiting(model.name())).isZero();
    }

    /** Windows send the next call whenever one returns, while another thread keeps calling {@code look}. */
    @RepeatedTest(5)
    void looksMeanwhileShouldNotForgetAGateThatIsUsed(RepetitionInfo run) throws InterruptedException {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(3);
        Model model = TestModels.model("m", cap);
        CountedPlaces places = new CountedPlaces(cap);
        FairGate gate = gate(places, random);
        AtomicBoolean over = new AtomicBoolean();
        Thread looks = Thread.startVirtualThread(() -> {
            while (!over.get()) {
                gate.look();
                Thread.yield();
            }
        });
        AbortSignal abort = new AbortSignal(time);
        List<Thread> threads = new ArrayList<>();
        int each = 300;
        for (int worker = 0; worker < 6; worker++) {
            int batch = worker;
            threads.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < each; i++) {
                    call(gate, TestRequests.to(model, new TenantId("t" + batch % 2), SeededIds.batch(batch), i, abort));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        over.set(true);
        looks.join();

        assertThat(ran.get()).isEqualTo(6 * each);
        assertThat(most.get()).isBetween(1, cap);
        assertThat(places.open()).isZero();
        assertThat(places.releasedTwice()).isZero();
        gate.look();
        assertThat(gate.open(model.name())).isZero();
    }

    private FairGate gate(CountedPlaces places, Random random) {
        TenantShares shares = new TenantShares(Map.of(new TenantId("t1"), 1 + random.nextInt(5)));
        return new FairGate(
                request -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    for (long i = request.scheduling().cost() % 5; i > 0; i--) {
                        Thread.yield();
                    }
                    open.decrementAndGet();
                    return new Outcome.TimedOut();
                },
                new GateContext(
                        places,
                        new DeadlineWatch(time, time),
                        shares,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
    }

    private static ModelRequest.Scheduling scheduling(Random random, int lanes) {
        return new ModelRequest.Scheduling(
                random.nextInt(lanes),
                lanes,
                1 + random.nextInt(2),
                1 + random.nextInt(100_000),
                50,
                10,
                GatePlay.LATE);
    }

    private void call(FairGate gate, ModelRequest request) {
        try {
            AtomicInteger counter = gate.dispatch(request) instanceof Outcome.Cancelled ? cancelled : ran;
            counter.incrementAndGet();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
        }
    }
}
