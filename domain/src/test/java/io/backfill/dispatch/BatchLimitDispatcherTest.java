package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.Priority;
import io.backfill.models.Model;
import io.backfill.testing.Party;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import io.backfill.testing.TestSteering;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchLimitDispatcherTest {
    private final AbortSignal abort = new AbortSignal(SettableTime.standing());
    private final TestSteering steering = new TestSteering(Priority.NORMAL);
    private final Party party = new Party(2);
    private final RecordingDispatcher end = RecordingDispatcher.ok().holdAt(party);
    private final BatchLimitDispatcher link = new BatchLimitDispatcher(end);
    private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

    private Thread start(String name) {
        Model model = TestModels.model(name, 64);
        return Thread.startVirtualThread(() -> {
            try {
                outcomes.add(link.dispatch(TestRequests.withSteering(TestRequests.to(model, abort), steering)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void startAndAwaitParked(String name) {
        Thread thread = start(name);
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    @Test
    void theLimitShouldHoldOverAllModelsOfTheBatch() {
        steering.limit().set(2);
        start("m");
        start("n");
        party.awaitGuests();
        for (int more = 0; more < 6; more++) {
            startAndAwaitParked(more % 2 == 0 ? "m" : "n");
        }
        assertThat(end.open()).isEqualTo(2);

        party.disband();

        await().until(() -> outcomes.size() == 8);
        assertThat(end.mostOpen()).isEqualTo(2);
    }

    @Test
    void aHigherLimitShouldLetWaitingCallsGo() {
        steering.limit().set(1);
        start("m");
        await().until(() -> end.open() == 1);
        startAndAwaitParked("m");

        steering.limit().set(2);

        party.awaitGuests();
        assertThat(end.open()).isEqualTo(2);
        party.disband();
        await().until(() -> outcomes.size() == 2);
    }

    @Test
    void anAbortShouldEndTheWait() {
        steering.limit().set(1);
        start("m");
        await().until(() -> end.open() == 1);
        startAndAwaitParked("m");

        abort.trip(AbortCause.PAUSE);

        await().until(() -> outcomes.contains(new Outcome.Cancelled()));
        assertThat(end.calls()).isEqualTo(1);
        party.disband();
        await().until(() -> outcomes.size() == 2);
    }
}
