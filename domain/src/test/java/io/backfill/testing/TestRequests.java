package io.backfill.testing;

import io.backfill.admission.ByteGrant;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.CallSteering;
import io.backfill.dispatch.CallTrace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.RequestBody;
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
        String body = "{\"model\":\"" + model.name() + "\",\"messages\":[]}";
        return of(model, line(tenant, batch, line, Map.of()), body(body), abort);
    }

    /** Returns a request whose fence is open and whose memory is not limited. */
    public static ModelRequest of(Model model, ModelRequest.Line line, RequestBody body, AbortSignal abort) {
        return new ModelRequest(
                line,
                body,
                model,
                0,
                new ModelRequest.Control(abort, () -> true, new UnlimitedGrant()),
                SCHEDULING,
                Optional.empty());
    }

    /** Returns a line of a chat batch. */
    public static ModelRequest.Line line(TenantId tenant, BatchId batch, int number, Map<String, String> headers) {
        return new ModelRequest.Line(LineId.of(batch, number), batch, tenant, "/v1/chat/completions", headers);
    }

    /** Returns a body in memory. */
    public static RequestBody.Loaded body(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new RequestBody.Loaded(bytes, 0, bytes.length);
    }

    /** Returns the same request with other scheduling facts. */
    public static ModelRequest withScheduling(ModelRequest request, ModelRequest.Scheduling scheduling) {
        return new ModelRequest(
                request.line(),
                request.body(),
                request.model(),
                request.modelVersion(),
                request.control(),
                scheduling,
                request.replica());
    }

    /** Returns the same request with a trace. */
    public static ModelRequest withTrace(ModelRequest request, CallTrace trace) {
        ModelRequest.Control control = request.control();
        return new ModelRequest(
                request.line(),
                request.body(),
                request.model(),
                request.modelVersion(),
                new ModelRequest.Control(control.abort(), control.fence(), control.grant(), trace),
                request.scheduling(),
                request.replica());
    }

    /** Returns the same request of a batch with orders of its owner. */
    public static ModelRequest withSteering(ModelRequest request, CallSteering steering) {
        ModelRequest.Control control = request.control();
        return new ModelRequest(
                request.line(),
                request.body(),
                request.model(),
                request.modelVersion(),
                new ModelRequest.Control(control.abort(), control.fence(), control.grant(), control.trace(), steering),
                request.scheduling(),
                request.replica());
    }

    /** Returns the same request with a memory grant. */
    public static ModelRequest withGrant(ModelRequest request, ByteGrant grant) {
        ModelRequest.Control control = request.control();
        return new ModelRequest(
                request.line(),
                request.body(),
                request.model(),
                request.modelVersion(),
                new ModelRequest.Control(control.abort(), control.fence(), grant),
                request.scheduling(),
                request.replica());
    }

    /** Returns the messages of a chat with one turn, as JSON. */
    public static String messages(String text) {
        return "[{\"role\":\"user\",\"content\":\"" + text + "\"}]";
    }

    /** Returns the same request with other messages, headers and scheduling facts. */
    public static ModelRequest with(
            ModelRequest any, String messages, Map<String, String> headers, ModelRequest.Scheduling scheduling) {
        ModelRequest.Line line = new ModelRequest.Line(
                any.id(), any.batch(), any.tenant(), any.line().path(), headers);
        return new ModelRequest(
                line,
                body("{\"messages\":" + messages + "}"),
                any.model(),
                any.modelVersion(),
                any.control(),
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
