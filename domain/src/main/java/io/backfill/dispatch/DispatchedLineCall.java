package io.backfill.dispatch;

import io.backfill.admission.CallGrant;
import io.backfill.batches.Usage;
import io.backfill.files.BlobReader;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.plan.EntryCost;
import io.backfill.plan.PlanEntry;
import io.backfill.results.AnswerBody;
import io.backfill.results.AnswerHead;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Turns the bytes of a line into the bytes of its result by sending its body through the dispatch chain. */
public final class DispatchedLineCall implements LineCall {
    /** Data that all lines of a partition have in common. */
    public record Context(
            BatchId batch,
            TenantId tenant,
            String model,
            String path,
            Map<String, String> headers,
            AbortSignal abort,
            SendFence fence,
            CallSteering steering,
            Instant deadline,
            int lanes,
            CallTraces traces) {}

    private final Context context;
    private final BlobReader input;
    private final LineReads reads;
    private final ModelDirectory models;
    private final RequestDispatcher chain;
    private final DispatchObserver observer;
    private final OutputLengths lengths;
    private final boolean errorIn200Fails;
    /** Memory grants of lines whose results are not logged yet, by line number. */
    private final ConcurrentMap<Integer, CallGrant> unlogged = new ConcurrentHashMap<>();

    public DispatchedLineCall(
            Context context,
            BlobReader input,
            ModelDirectory models,
            RequestDispatcher chain,
            DispatchObserver observer,
            OutputLengths lengths,
            boolean errorIn200Fails) {
        this.errorIn200Fails = errorIn200Fails;
        this.observer = observer;
        this.lengths = lengths;
        this.context = context;
        this.input = input;
        this.reads = new LineReads(input);
        this.models = models;
        this.chain = chain;
    }

    @Override
    public Optional<ResultLine> call(LaneEntry laneEntry) throws IOException, InterruptedException {
        CallGrant grant = new CallGrant();
        unlogged.put(laneEntry.entry().line(), grant);
        return call(laneEntry, grant);
    }

    @Override
    public void done(LaneEntry laneEntry) {
        CallGrant grant = unlogged.remove(laneEntry.entry().line());
        if (grant != null) {
            grant.close();
        }
        context.steering().logged();
    }

    private Optional<ResultLine> call(LaneEntry laneEntry, CallGrant grant) throws IOException, InterruptedException {
        PlanEntry entry = laneEntry.entry();
        LineBody body = new LineBody(input, entry);
        BatchId batch = context.batch();
        // looked up for every line, so that a change of the model directory takes effect at once
        Optional<Model> model = models.find(context.model());
        if (model.isEmpty()) {
            lengths.finished(entry, 0);
            return Optional.of(ResultLine.failed(
                    batch,
                    entry.line(),
                    reads.customId(body),
                    "model_not_found",
                    "The model '" + context.model() + "' is no longer configured."));
        }
        String lineId = LineId.of(batch, entry.line());
        try (CallTrace trace = context.traces().begin(lineId)) {
            return call(laneEntry, lineId, body, model.get(), grant, trace);
        }
    }

    private Optional<ResultLine> call(
            LaneEntry laneEntry, String lineId, LineBody body, Model model, CallGrant grant, CallTrace trace)
            throws IOException, InterruptedException {
        PlanEntry entry = laneEntry.entry();
        BatchId batch = context.batch();
        int expectedOutput = lengths.expected(entry);
        ModelRequest request = new ModelRequest(
                new ModelRequest.Line(lineId, batch, context.tenant(), context.path(), context.headers()),
                body,
                model,
                0,
                new ModelRequest.Control(context.abort(), context.fence(), grant, trace, context.steering()),
                new ModelRequest.Scheduling(
                        laneEntry.lane(),
                        context.lanes(),
                        1,
                        EntryCost.of(entry.freshTokens(), expectedOutput),
                        entry.promptTokens(),
                        expectedOutput,
                        context.deadline()),
                Optional.empty());
        Outcome outcome;
        try {
            outcome = reads.repeated(context.abort(), () -> outcomeOf(request)).orElseGet(Outcome.Cancelled::new);
        } catch (IOException e) {
            reads.requireStore(e);
            lengths.finished(entry, 0);
            return Optional.of(ResultLine.failed(
                    batch,
                    entry.line(),
                    reads.customId(body),
                    "server_error",
                    "Line " + entry.line() + " of the input file could not be read from the gateway's store."));
        }
        Optional<ResultLine> result = outcome instanceof Outcome.Cancelled
                ? Optional.empty()
                : Optional.of(resultOf(entry, body.customId(), outcome));
        trace.ended(
                outcome,
                result.filter(line -> line.kind() == ResultKind.ERROR).isPresent(),
                result.map(ResultLine::usage).orElse(Usage.NONE));
        if (result.isPresent()) {
            lengths.finished(entry, result.get().usage().outputTokens());
            observer.used(request, result.get().usage());
        }
        return result;
    }

    /** Makes the call. A bug in a link fails the line that triggers it, not the batch. */
    private Outcome outcomeOf(ModelRequest request) throws IOException, InterruptedException {
        try {
            return chain.dispatch(request);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        } catch (RuntimeException bug) {
            return new Outcome.Unreachable("the gateway failed to make the call (" + bug + ")", true);
        }
    }

    private ResultLine resultOf(PlanEntry entry, byte[] customId, Outcome outcome) {
        try {
            return lineOf(entry, customId, outcome);
        } catch (IOException e) {
            return ResultLine.failed(
                    context.batch(),
                    entry.line(),
                    customId,
                    "server_error",
                    "The model's answer could not be read back from the gateway's disk.");
        }
    }

    private AnswerBody judged(AnswerBody body) throws IOException {
        try {
            return errorIn200Fails && body.isErrorObject() ? body.asFailure() : body;
        } catch (IOException e) {
            body.json().close();
            throw e;
        }
    }

    private ResultLine lineOf(PlanEntry entry, byte[] customId, Outcome outcome) throws IOException {
        BatchId batch = context.batch();
        int line = entry.line();
        return switch (outcome) {
            case Outcome.Answered answered ->
                ResultLine.answered(
                        batch,
                        line,
                        customId,
                        answered.status(),
                        answered.requestId(),
                        judged(AnswerBody.of(
                                answered.answer(),
                                new AnswerHead(answered.status(), answered.contentType(), answered.location()))));
            case Outcome.TimedOut _ ->
                ResultLine.failed(
                        batch, line, customId, "request_timeout", "The request timed out while waiting for the model.");
            case Outcome.AnswerTooLarge tooLarge ->
                ResultLine.failed(batch, line, customId, "server_error", tooLarge.reason());
            case Outcome.Unreachable unreachable ->
                ResultLine.failed(
                        batch,
                        line,
                        customId,
                        "server_error",
                        "The model could not be reached: " + unreachable.reason());
            case Outcome.Cancelled _ -> throw new IllegalArgumentException("a cancelled call has no result");
        };
    }
}
