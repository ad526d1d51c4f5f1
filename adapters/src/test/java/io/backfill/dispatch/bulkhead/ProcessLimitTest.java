package io.backfill.dispatch.bulkhead;

import static io.backfill.dispatch.http.Calls.model;
import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.Calls.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProcessLimitTest {
    private final GatedDispatcher gated = new GatedDispatcher();
    private final ProcessLimit limit = new ProcessLimit(gated, 3);
    private final Model model = model(URI.create("http://model"));

    @Test
    void constructorShouldRefuseALimitBelowOne() {
        assertThatThrownBy(() -> new ProcessLimit(gated, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dispatchShouldNeverLetMoreThroughThanTheLimit() throws Exception {
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            calls.add(start(limit, request(model)));
        }
        gated.awaitOpen(3);
        gated.letGo(300);
        for (CompletableFuture<Outcome> call : calls) {
            assertThat(call.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.TimedOut.class);
        }

        assertThat(gated.most()).isEqualTo(3);
        assertThat(gated.calls()).isEqualTo(300);
    }

    @Test
    void waitingShouldEndWithTheAbortAndLeaveThePlaceToOthers() throws Exception {
        for (int i = 0; i < 3; i++) {
            start(limit, request(model));
        }
        gated.awaitOpen(3);
        AbortSignal abort = new AbortSignal(System::nanoTime);
        List<CompletableFuture<Outcome>> aborted = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            aborted.add(start(limit, request(model, abort)));
        }
        CompletableFuture<Outcome> other = start(limit, request(model));

        abort.trip(AbortCause.CANCEL);
        for (CompletableFuture<Outcome> call : aborted) {
            assertThat(call.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        }
        assertThat(other).isNotDone();
        gated.letGo(4);

        assertThat(other.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.TimedOut.class);
    }

    @Test
    void placeShouldBeFreeAgainAfterALinkThrew() {
        ProcessLimit failing = new ProcessLimit(
                request -> {
                    throw new IllegalStateException("a bug");
                },
                1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> start(failing, request(model)).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("a bug");
        }
    }
}
