package io.backfill.dispatch;

import io.backfill.admission.ByteGrant;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.plan.EntryCost;
import io.backfill.tenants.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One call to a model.
 *
 * @param body in the store until the call is admitted
 * @param modelVersion increases with every change of the model's configuration; a link with state per model keeps it for the
 *     highest version seen. 0 before the call is admitted
 * @param scheduling determines when and where the call is sent
 * @param replica the chosen replica; empty until one is chosen
 */
public record ModelRequest(
        Line line,
        RequestBody body,
        Model model,
        long modelVersion,
        Control control,
        Scheduling scheduling,
        Optional<URI> replica) {
    /**
     * Describes the line that is sent. It is the same for every attempt.
     *
     * @param id sent as {@code X-Request-Id}
     * @param path path of the request, such as {@code /v1/chat/completions}
     * @param headers captured from the client
     */
    public record Line(String id, BatchId batch, TenantId tenant, String path, Map<String, String> headers) {}

    /**
     * Limits and records what the call does while it is in the chain.
     *
     * @param abort ends waiting at its first stage and the open call at its second
     * @param grant memory that the call may hold; empty until the call is admitted
     * @param trace records the attempts of the call
     * @param steering orders of the batch's owner
     */
    public record Control(AbortSignal abort, SendFence fence, ByteGrant grant, CallTrace trace, CallSteering steering) {
        /** Creates the control of a call of a batch without orders. */
        public Control(AbortSignal abort, SendFence fence, ByteGrant grant, CallTrace trace) {
            this(abort, fence, grant, trace, CallSteering.none());
        }

        /** Creates the control of a call that is not traced. */
        public Control(AbortSignal abort, SendFence fence, ByteGrant grant) {
            this(abort, fence, grant, CallTrace.NONE);
        }
    }

    /**
     * Determines when and where a call is sent.
     *
     * @param lane range of the plan that the line was read from, counted from 0
     * @param lanes number of ranges of the plan, at least 1
     * @param attempt counted from 1
     * @param cost in units of an uncached prompt token; see {@link io.backfill.plan.EntryCost}
     * @param promptTokens tokens of the whole prompt, cached or not
     * @param outputTokens expected number of output tokens
     * @param deadline end of the batch's window
     * @param history results of earlier attempts; empty outside of the retry link
     */
    public record Scheduling(
            int lane,
            int lanes,
            int attempt,
            long cost,
            int promptTokens,
            int outputTokens,
            Instant deadline,
            Optional<LineHistory> history) {
        /** Creates the scheduling facts of a line without a history. */
        public Scheduling(
                int lane, int lanes, int attempt, long cost, int promptTokens, int outputTokens, Instant deadline) {
            this(lane, lanes, attempt, cost, promptTokens, outputTokens, deadline, Optional.empty());
        }

        /** Returns the tokens that a token budget is charged. */
        public long tokens() {
            return (long) promptTokens + outputTokens;
        }

        /** Returns the prompt tokens that are not expected to be cached. */
        public long freshTokens() {
            return Math.max(0, cost - EntryCost.of(0, outputTokens));
        }

        Scheduling again() {
            return new Scheduling(lane, lanes, attempt + 1, cost, promptTokens, outputTokens, deadline, history);
        }

        Scheduling remembering(LineHistory own) {
            return new Scheduling(lane, lanes, attempt, cost, promptTokens, outputTokens, deadline, Optional.of(own));
        }
    }

    public String id() {
        return line.id();
    }

    public BatchId batch() {
        return line.batch();
    }

    public TenantId tenant() {
        return line.tenant();
    }

    /** Returns the kind of lines that a replica refuses like this one. */
    public LineKind kind() {
        return scheduling.history().map(LineHistory::kind).orElseGet(() -> LineKind.of(this));
    }

    /** Returns the body in memory. Only for a call whose body was loaded. */
    public RequestBody.Loaded loaded() {
        if (body instanceof RequestBody.Loaded loaded) {
            return loaded;
        }
        throw new IllegalStateException("the body of " + line.id() + " was not loaded");
    }

    /** Returns the same call, with its attempts recorded in {@code history}. */
    ModelRequest remembering(LineHistory history) {
        return new ModelRequest(line, body, model, modelVersion, control, scheduling.remembering(history), replica);
    }

    /** Returns the same call with its body in memory. */
    public ModelRequest withBody(RequestBody.Loaded loaded) {
        return new ModelRequest(line, loaded, model, modelVersion, control, scheduling, replica);
    }

    /** Returns the same call under another configuration of the model. */
    public ModelRequest withModel(Model other, long version) {
        return new ModelRequest(line, body, other, version, control, scheduling, replica);
    }

    /** Returns the same call, addressed to a replica. */
    public ModelRequest withReplica(URI picked) {
        return new ModelRequest(line, body, model, modelVersion, control, scheduling, Optional.of(picked));
    }

    /** Returns the next attempt of the call, with no replica chosen yet. */
    ModelRequest nextAttempt() {
        return new ModelRequest(line, body, model, modelVersion, control, scheduling.again(), Optional.empty());
    }
}
