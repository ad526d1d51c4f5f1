package io.backfill.dispatch.bulkhead;

import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.Calls.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BulkheadDispatcherTest {
    private final GatedDispatcher gated = new GatedDispatcher();
    private final BulkheadDispatcher bulkhead = new BulkheadDispatcher(gated);

    private static Model model(String name, int cap) {
        return new Model(
                name,
                List.of(URI.create("http://model")),
                cap,
                Duration.ofSeconds(5),
                RetryPolicy.DEFAULT,
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty(),
                ModelTuning.DEFAULT);
    }

    private List<CompletableFuture<Outcome>> startCalls(Model model, int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> start(bulkhead, request(model)))
                .toList());
    }

    private static void awaitAll(List<CompletableFuture<Outcome>> calls) throws Exception {
        for (CompletableFuture<Outcome> call : calls) {
            assertThat(call.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.TimedOut.class);
        }
    }

    @Test
    void dispatchShouldNeverLetMoreThroughThanTheCap() throws Exception {
        List<CompletableFuture<Outcome>> calls = startCalls(model("m", 4), 200);
        gated.awaitOpen(4);
        gated.letGo(200);
        awaitAll(calls);

        assertThat(gated.most()).isEqualTo(4);
        assertThat(gated.calls()).isEqualTo(200);
    }

    @Test
    void modelsThatNothingCallsShouldBeForgotten() throws Exception {
        List<CompletableFuture<Outcome>> open = startCalls(model("open", 2), 2);
        gated.awaitOpen(2);
        List<CompletableFuture<Outcome>> others = new ArrayList<>(startCalls(model("made-up", 1), 1));
        others.addAll(startCalls(model("listed", 1), 1));
        gated.letGo(4);
        awaitAll(others);
        awaitAll(open);
        List<CompletableFuture<Outcome>> again = startCalls(model("open", 2), 2);
        gated.awaitOpen(2);

        bulkhead.forgetIdle(name -> name.equals("listed"));
        assertThat(bulkhead.models()).containsExactlyInAnyOrder("open", "listed");

        // a third call must find the cap still in use
        again.addAll(startCalls(model("open", 2), 1));
        gated.letGo(3);
        awaitAll(again);
        assertThat(gated.most()).isLessThanOrEqualTo(4);
        bulkhead.forgetIdle(name -> false);
        assertThat(bulkhead.models()).isEmpty();
        gated.letGo(1);
        awaitAll(startCalls(model("open", 2), 1));
    }

    @Test
    void modelsShouldNotTakeEachOthersPlaces() throws Exception {
        List<CompletableFuture<Outcome>> calls = startCalls(model("a", 2), 2);
        calls.addAll(startCalls(model("b", 3), 3));
        gated.awaitOpen(5);
        gated.letGo(5);
        awaitAll(calls);
    }

    @Test
    void largerCapShouldCountAtOnceAndNotOnTopOfOpenCalls() throws Exception {
        List<CompletableFuture<Outcome>> calls = startCalls(model("m", 2), 2);
        gated.awaitOpen(2);
        calls.addAll(startCalls(model("m", 5), 10));
        gated.awaitOpen(5);
        gated.letGo(12);
        awaitAll(calls);

        assertThat(gated.most()).isEqualTo(5);
    }

    @Test
    void smallerCapShouldWaitForOpenCallsToEnd() throws Exception {
        List<CompletableFuture<Outcome>> old = startCalls(model("m", 5), 5);
        gated.awaitOpen(5);
        List<CompletableFuture<Outcome>> fresh = startCalls(model("m", 2), 3);
        gated.letGo(3);
        gated.awaitOpen(2);

        assertThat(gated.calls()).isEqualTo(5);
        gated.letGo(1);
        gated.awaitOpen(2);
        assertThat(gated.calls()).isEqualTo(6);
        gated.letGo(20);
        awaitAll(old);
        awaitAll(fresh);
    }

    @Test
    void refusedCallShouldEndWhenItsBatchIsAborted() throws Exception {
        Model model = model("m", 1);
        List<CompletableFuture<Outcome>> open = startCalls(model, 1);
        gated.awaitOpen(1);
        AbortSignal abort = new AbortSignal(System::nanoTime);
        CompletableFuture<Outcome> refused = start(bulkhead, request(model, abort));

        abort.trip(AbortCause.SHUTDOWN);

        assertThat(refused.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        gated.letGo(1);
        awaitAll(open);
    }

    @Test
    void refusedCallShouldComeBackAsNotSentInTheEnd() throws Exception {
        BulkheadDispatcher impatient = new BulkheadDispatcher(gated, Duration.ofMillis(200));
        Model model = model("m", 1);
        CompletableFuture<Outcome> open = start(impatient, request(model));
        gated.awaitOpen(1);

        assertThat(start(impatient, request(model)).get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Outcome.Unreachable.class,
                        unreachable -> assertThat(unreachable.sent()).isFalse());
        gated.letGo(1);
        awaitAll(List.of(open));
    }

    @Test
    void placeShouldBeFreeAgainAfterALinkThrew() throws Exception {
        BulkheadDispatcher failing = new BulkheadDispatcher(request -> {
            throw new IllegalStateException("a bug");
        });
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> start(failing, request(model("m", 1))).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("a bug");
        }
    }
}
