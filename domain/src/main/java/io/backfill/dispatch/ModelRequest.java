package io.backfill.dispatch;

import io.backfill.admission.ByteGrant;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One call to be made.
 *
 * @param id the line's id, sent as {@code X-Request-Id}; the same for every attempt
 * @param modelVersion grows with every change of the model's configuration; a link that keeps something per model keeps it for the
 *     highest one it has seen. 0 before the call is admitted
 * @param path of the endpoint, such as {@code /v1/chat/completions}
 * @param body in the store until the call is admitted
 * @param headers captured from the client
 * @param abort stops waiting and, at its second stage, the call
 * @param turn what decides when and where it goes
 * @param replica the replica that was picked; empty until then
 * @param grant memory that the call may hold; of a call that is not admitted, nothing
 */
public record ModelRequest(
        String id,
        BatchId batch,
        TenantId tenant,
        Model model,
        long modelVersion,
        String path,
        RequestBody body,
        Map<String, String> headers,
        AbortSignal abort,
        SendFence fence,
        Turn turn,
        Optional<URI> replica,
        ByteGrant grant) {
    /** A call whose body is in memory, under no budget. */
    public ModelRequest(
            String id,
            BatchId batch,
            TenantId tenant,
            Model model,
            String path,
            byte[] buffer,
            int bodyStart,
            int bodyLength,
            Map<String, String> headers,
            AbortSignal abort,
            SendFence fence,
            Turn turn,
            Optional<URI> replica) {
        this(
                id,
                batch,
                tenant,
                model,
                0,
                path,
                new RequestBody.Loaded(buffer, bodyStart, bodyLength),
                headers,
                abort,
                fence,
                turn,
                replica,
                ByteGrant.UNLIMITED);
    }

    /**
     * What decides when and where a call goes.
     *
     * @param lane the range of the plan that the line was read from, from 0
     * @param lanes ranges the plan is cut into, at least 1
     * @param attempt from 1
     * @param cost in units of a prompt token that is in no cache; see {@link io.backfill.plan.EntryCost}
     * @param promptTokens of the whole prompt, cached or not
     * @param outputTokens as expected
     * @param deadline end of the batch's window
     * @param history what earlier attempts brought; empty outside of the retries
     */
    public record Turn(
            int lane,
            int lanes,
            int attempt,
            long cost,
            int promptTokens,
            int outputTokens,
            Instant deadline,
            Optional<LineHistory> history) {
        /** Of a line without a history. */
        public Turn(int lane, int lanes, int attempt, long cost, int promptTokens, int outputTokens, Instant deadline) {
            this(lane, lanes, attempt, cost, promptTokens, outputTokens, deadline, Optional.empty());
        }

        /** What a token budget is charged with. */
        public long tokens() {
            return (long) promptTokens + outputTokens;
        }

        Turn again() {
            return new Turn(lane, lanes, attempt + 1, cost, promptTokens, outputTokens, deadline, history);
        }

        Turn remembering(LineHistory own) {
            return new Turn(lane, lanes, attempt, cost, promptTokens, outputTokens, deadline, Optional.of(own));
        }
    }

    /** What is refused to the call may be refused to others of this kind. */
    public LineKind kind() {
        return turn.history().map(LineHistory::kind).orElseGet(() -> LineKind.of(this));
    }

    /** The same call, whose attempts are written into {@code history}. */
    ModelRequest remembering(LineHistory history) {
        return new ModelRequest(
                id,
                batch,
                tenant,
                model,
                modelVersion,
                path,
                body,
                headers,
                abort,
                fence,
                turn.remembering(history),
                replica,
                grant);
    }

    /** The array that the body lies in. Only of a call whose body was loaded. */
    public byte[] buffer() {
        return loaded().buffer();
    }

    /** Of the body in {@link #buffer}. */
    public int bodyStart() {
        return loaded().start();
    }

    public int bodyLength() {
        return body.length();
    }

    private RequestBody.Loaded loaded() {
        if (body instanceof RequestBody.Loaded loaded) {
            return loaded;
        }
        throw new IllegalStateException("the body of " + id + " was not loaded");
    }

    /** The same call with its body in memory. */
    public ModelRequest withBody(RequestBody.Loaded loaded) {
        return new ModelRequest(
                id, batch, tenant, model, modelVersion, path, loaded, headers, abort, fence, turn, replica, grant);
    }

    /** The same call to another state of the model's configuration. */
    public ModelRequest withModel(Model other, long version) {
        return new ModelRequest(
                id, batch, tenant, other, version, path, body, headers, abort, fence, turn, replica, grant);
    }

    /** The same call, to one replica. */
    public ModelRequest withReplica(URI picked) {
        return new ModelRequest(
                id,
                batch,
                tenant,
                model,
                modelVersion,
                path,
                body,
                headers,
                abort,
                fence,
                turn,
                Optional.of(picked),
                grant);
    }

    /** The same call once more, to whichever replica will be picked. */
    ModelRequest nextAttempt() {
        return new ModelRequest(
                id,
                batch,
                tenant,
                model,
                modelVersion,
                path,
                body,
                headers,
                abort,
                fence,
                turn.again(),
                Optional.empty(),
                grant);
    }
}
