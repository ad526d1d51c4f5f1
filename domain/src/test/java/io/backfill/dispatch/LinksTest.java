package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Usage;
import io.backfill.models.Model;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the small links: fence and observer. */
class LinksTest {
    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Model model = TestModels.model("m", 1);
    private final RecordingDispatcher end = RecordingDispatcher.ok();

    @Test
    void anOpenFenceShouldLetTheCallThrough() throws InterruptedException {
        ModelRequest request = TestRequests.to(model, abort);

        assertThat(new FencedDispatcher(end).dispatch(request)).isInstanceOf(Outcome.Answered.class);
        assertThat(end.requests()).containsExactly(request);
    }

    @Test
    void anAbortedBatchShouldSendNothing() throws InterruptedException {
        abort.trip(AbortCause.CANCEL);

        assertThat(new FencedDispatcher(end).dispatch(TestRequests.to(model, abort)))
                .isEqualTo(new Outcome.Cancelled());
        assertThat(end.calls()).isZero();
        assertThat(abort.cause()).contains(AbortCause.CANCEL);
    }

    @Test
    void aLostFenceShouldSendNothingAndAbortTheBatch() throws InterruptedException {
        ModelRequest open = TestRequests.to(model, abort);
        ModelRequest request = new ModelRequest(
                open.line(),
                open.body(),
                open.model(),
                open.modelVersion(),
                new ModelRequest.Control(abort, () -> false, open.control().grant()),
                open.scheduling(),
                open.replica());

        assertThat(new FencedDispatcher(end).dispatch(request)).isEqualTo(new Outcome.Cancelled());
        assertThat(end.calls()).isZero();
        assertThat(abort.cause()).contains(AbortCause.LOST_LEASE);
    }

    @Test
    void theObserverShouldHearOfEveryCallAndHowLongItTook() throws InterruptedException {
        Hearer hearer = new Hearer();
        RequestDispatcher slow = request -> {
            time.advance(Duration.ofMillis(30));
            return end.dispatch(request);
        };

        new ObservedDispatcher(slow, hearer, time).dispatch(TestRequests.to(model, abort));

        assertThat(hearer.heard).containsExactly("sent m", "ended Answered 30000000");
    }

    @Test
    void theObserverShouldHearTheEndOfACallThatThrows() {
        Hearer hearer = new Hearer();
        RequestDispatcher broken = request -> {
            throw new IllegalStateException("bug");
        };

        assertThatThrownBy(() -> new ObservedDispatcher(broken, hearer, time).dispatch(TestRequests.to(model, abort)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(hearer.heard).containsExactly("sent m", "ended Unreachable 0");
    }

    private static final class Hearer implements DispatchObserver {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void sent(Model model) {
            heard.add("sent " + model.name());
        }

        @Override
        public void ended(Model model, Outcome outcome, long nanos) {
            heard.add("ended " + outcome.getClass().getSimpleName() + " " + nanos);
        }

        @Override
        public void retried(Model model, Outcome outcome) {
            heard.add("retried " + model.name());
        }

        @Override
        public void used(ModelRequest request, Usage usage) {
            heard.add("used " + request.model().name());
        }
    }
}
