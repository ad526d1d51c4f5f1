package io.backfill.testing;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Requests for links of the chain whose behavior does not depend on the content. */
public final class TestRequests {
    /** First attempt of a short line of an uncut plan, a day before its deadline. */
    public static final ModelRequest.Scheduling SCHEDULING =
            new ModelRequest.Scheduling(0, 1, 1, 100, 50, 10, Instant.parse("2026-11-21T00:00:00Z"));

    private TestRequests() {}

    /** Returns a chat request with a small body, whose fence is open. */
    public static ModelRequest to(Model model, AbortSignal abort) {
        return to(model, TenantId.DEFAULT, SeededIds.batch(1), 1, abort);
    }

    public static ModelRequest to(Model model, TenantId tenant, BatchId batch, int line, AbortSignal abort) {
        byte[] body = ("{\"model\":\"" + model.name() + "\",\"messages\":[]}").getBytes(StandardCharsets.UTF_8);
        return new ModelRequest(
                LineId.of(batch, line),
                batch,
                tenant,
                model,
                "/v1/chat/completions",
                body,
                0,
                body.length,
                Map.of(),
                abort,
                () -> true,
                SCHEDULING,
                Optional.empty());
    }

    /** Returns the same request with other scheduling facts. */
    public static ModelRequest withScheduling(ModelRequest request, ModelRequest.Scheduling scheduling) {
        return new ModelRequest(
                request.id(),
                request.batch(),
                request.tenant(),
                request.model(),
                request.path(),
                request.buffer(),
                request.bodyStart(),
                request.bodyLength(),
                request.headers(),
                request.abort(),
                request.fence(),
                scheduling,
                request.replica());
    }

    /** Returns the messages of a chat with one turn, as JSON. */
    public static String messages(String text) {
        return "[{\"role\":\"user\",\"content\":\"" + text + "\"}]";
    }

    /** Returns the same request with other messages, headers and scheduling facts. */
    public static ModelRequest with(
            ModelRequest any, String messages, Map<String, String> headers, ModelRequest.Scheduling scheduling) {
        byte[] body = ("{\"messages\":" + messages + "}").getBytes(StandardCharsets.UTF_8);
        return new ModelRequest(
                any.id(),
                any.batch(),
                any.tenant(),
                any.model(),
                any.path(),
                body,
                0,
                body.length,
                headers,
                any.abort(),
                any.fence(),
                scheduling,
                Optional.empty());
    }

    /** Returns {@link #SCHEDULING} with another lane, attempt and prompt length. */
    public static ModelRequest.Scheduling scheduling(int lane, int lanes, int attempt, int promptTokens) {
        return new ModelRequest.Scheduling(
                lane,
                lanes,
                attempt,
                SCHEDULING.cost(),
                promptTokens,
                SCHEDULING.outputTokens(),
                SCHEDULING.deadline());
    }
}
