package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import io.backfill.testing.Party;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
    private final FairGate gate = new FairGate(end);
    private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

    @Test
    void turnsShouldGoRoundBetweenTenantsAndThenBetweenBatches() {
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
                .containsExactly("a/1/1", "a/1/2", "b/3/1", "a/2/1", "b/3/2", "a/1/3", "a/1/4");
        assertThat(end.mostOpen()).isEqualTo(1);
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
        assertThat(gate.open(one)).isEqualTo(1);
        party.disband();
        await().until(() -> outcomes.size() == 3);
        assertThat(end.requests()).extracting(ModelRequest::tenant).containsExactly(A, B);
        assertThat(gate.open(one)).isZero();
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
        assertThat(gate.open(one)).isEqualTo(1);
        second.disband();
        await().until(() -> outcomes.size() == 5);
        assertThat(end.mostOpen()).isEqualTo(3);
    }

    @Test
    void aCallThatThrowsShouldFreeItsPlace() throws InterruptedException {
        FairGate broken = new FairGate(request -> {
            throw new StackOverflowError("a bug");
        });

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> broken.dispatch(request(A, 1, 1))).isInstanceOf(StackOverflowError.class);
        }
        assertThat(broken.open(one)).isZero();
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
        assertThat(gate.open(one)).isZero();
    }

    @Test
    void openShouldBeZeroForAModelNobodyAskedFor() {
        assertThat(gate.open(TestModels.model("nobody", 5))).isZero();
    }

    /** Thousands of calls, aborts and interrupts at random moments: no place is lost, none is given twice, everybody comes back. */
    @Test
    void theCapShouldHoldUnderStress() throws InterruptedException {
        int cap = 7;
        Model model = TestModels.model("m", cap);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        FairGate stressed = new FairGate(request -> {
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
        assertThat(stressed.open(model)).isZero();
        assertThat(open.get()).isZero();
    }

    private ModelRequest request(TenantId tenant, int batch, int line) {
        return TestRequests.to(one, tenant, SeededIds.batch(batch), line, abort);
    }

    private Thread start(ModelRequest request) {
        return Thread.startVirtualThread(() -> {
            try {
                outcomes.add(gate.dispatch(request));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void startAndAwaitParked(ModelRequest request) {
        Thread thread = start(request);
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
