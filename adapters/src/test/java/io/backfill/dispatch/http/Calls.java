package io.backfill.dispatch.http;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import io.backfill.tenants.TenantId;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Models and requests for tests, and calls on virtual threads as in the product. */
public final class Calls {
    public static final BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");

    private Calls() {}

    public static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    public static Model model(URI... replicas) {
        return model(Duration.ofSeconds(10), replicas);
    }

    public static Model model(Duration timeout, URI... replicas) {
        return new Model(
                "m",
                List.of(replicas),
                16,
                timeout,
                RetryPolicy.DEFAULT,
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty(),
                ModelTuning.DEFAULT);
    }

    public static ModelRequest request(Model model) {
        return request(model, "{}", Map.of(), new AbortSignal(System::nanoTime));
    }

    public static ModelRequest request(Model model, AbortSignal abort) {
        return request(model, "{}", Map.of(), abort);
    }

    public static ModelRequest request(Model model, String body, Map<String, String> headers, AbortSignal abort) {
        return TestRequests.of(
                model, TestRequests.line(TenantId.DEFAULT, BATCH, 7, headers), TestRequests.body(body), abort);
    }

    public static CompletableFuture<Outcome> start(RequestDispatcher dispatcher, ModelRequest request) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(dispatcher.dispatch(request));
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    public static Outcome call(RequestDispatcher dispatcher, ModelRequest request) throws Exception {
        return start(dispatcher, request).get(20, TimeUnit.SECONDS);
    }
}
