package io.backfill.dispatch;

import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One call to be made. The body is a range of a larger array, as it stood in the input, and goes out byte for byte.
 *
 * @param id the line's id, sent as {@code X-Request-Id}; the same for every attempt
 * @param path of the endpoint, such as {@code /v1/chat/completions}
 * @param headers captured from the client
 * @param abort stops waiting and, at its second stage, the call
 * @param turn what decides when and where it goes
 * @param replica the one that was picked; empty until then
 */
public record ModelRequest(
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
     */
    public record Turn(
            int lane, int lanes, int attempt, long cost, int promptTokens, int outputTokens, Instant deadline) {
        /** What a token budget is charged with. */
        public long tokens() {
            return (long) promptTokens + outputTokens;
        }

        Turn again() {
            return new Turn(lane, lanes, attempt + 1, cost, promptTokens, outputTokens, deadline);
        }
    }

    /** The same call to another state of the model's configuration. */
    public ModelRequest withModel(Model other) {
        return new ModelRequest(
                id, batch, tenant, other, path, buffer, bodyStart, bodyLength, headers, abort, fence, turn, replica);
    }

    /** The same call, to one replica. */
    public ModelRequest withReplica(URI picked) {
        return new ModelRequest(
                id,
                batch,
                tenant,
                model,
                path,
                buffer,
                bodyStart,
                bodyLength,
                headers,
                abort,
                fence,
                turn,
                Optional.of(picked));
    }

    /** The same call once more, to whichever replica will be picked. */
    ModelRequest nextAttempt() {
        return new ModelRequest(
                id,
                batch,
                tenant,
                model,
                path,
                buffer,
                bodyStart,
                bodyLength,
                headers,
                abort,
                fence,
                turn.again(),
                Optional.empty());
    }
}
