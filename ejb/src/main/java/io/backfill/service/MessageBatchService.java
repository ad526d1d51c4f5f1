package io.backfill.service;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.BatchesOfEndpoint;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.LineError;
import io.backfill.batches.Steering;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FilePurpose;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.models.ModelDirectory;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.SeenIds;
import io.backfill.requests.Endpoint;
import io.backfill.requests.MessageRequests;
import io.backfill.results.MessageOutcome;
import io.backfill.results.ResultKind;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Batches of Anthropic's dialect. Each is an ordinary batch with the endpoint {@code /v1/messages}, so this class only makes its
 * input, finds it and reads its results. Every batch with this endpoint is one, however it was created. Thread-safe.
 */
public final class MessageBatchService {
    /** Metadata key under which the number of requests is kept until the batch is planned. Clients cannot set it. */
    public static final String REQUESTS_KEY = "backfill.requests";

    private static final String ENDPOINT = Endpoint.MESSAGES.path();
    private static final String WINDOW = "24h";

    /** What this service is made of. */
    public record Ports(BatchService batches, FileService files, BatchesOfEndpoint pages, ModelDirectory models) {}

    private final Ports ports;
    private final BatchConfig batchConfig;
    private final PlanConfig planConfig;

    public MessageBatchService(Ports ports, BatchConfig batchConfig, PlanConfig planConfig) {
        this.ports = ports;
        this.batchConfig = batchConfig;
        this.planConfig = planConfig;
    }

    /** Returns the maximum size of the body of a create. */
    public long maxBodyBytes() {
        return planConfig.messages().maxBytes();
    }

    /**
     * Stores the requests while they arrive. A crash before the return leaves bytes without a record; a crash after it and before
     * {@link #create} leaves a file of the tenant, which expires.
     *
     * @param body the JSON of the whole request, read to its end
     * @throws BackfillException if it is invalid or too large; nothing is kept then
     */
    public ReceivedRequests receive(TenantId tenant, InputStream body) {
        if (!batchConfig.endpoints().contains(ENDPOINT)) {
            throw new BackfillException(
                    ErrorCode.NOT_FOUND,
                    "This gateway does not serve " + ENDPOINT + ": see backfill.batches.endpoints.");
        }
        MessageRequests.Rules rules = new MessageRequests.Rules(
                planConfig.messages(), planConfig.maxLineBytes(), this::modelRefusal, new SeenIds()::add);
        try (ArrivingFile arriving =
                        ports.files().begin(tenant, planConfig.messages().maxInputBytes());
                MessageRequests requests = new MessageRequests(body, rules)) {
            arriving.receive(new PiecewiseInputStream(requests::next));
            NewFile described = new NewFile(filename(arriving.id()), FilePurpose.BATCH, Optional.empty());
            return new ReceivedRequests(ports.files().add(arriving, described), requests.count());
        } catch (IOException e) {
            throw new BackfillException(
                    ErrorCode.INVALID_REQUEST, "The connection failed before the whole body had arrived.", e);
        }
    }

    private Optional<String> modelRefusal(String model) {
        return ports.models().find(model).isPresent()
                ? Optional.empty()
                : Optional.of("the model '" + model + "' does not exist");
    }

    /**
     * Creates a batch of received requests. Its window is 24 hours, or the longest that is allowed. If it fails, or if an earlier
     * create with the same key made a batch, the received requests are deleted.
     *
     * @see BatchService#create
     */
    public Batch create(
            TenantId tenant,
            ReceivedRequests received,
            Map<String, String> headers,
            Optional<IdempotencyKey> key,
            Optional<String> traceParent) {
        BatchSpec spec = new BatchSpec(
                received.file().id().value(),
                ENDPOINT,
                window(),
                Optional.of(Map.of(REQUESTS_KEY, String.valueOf(received.count()))),
                Optional.empty());
        boolean used = false;
        try {
            Batch batch = ports.batches().create(tenant, spec, Steering.NONE, headers, key, traceParent);
            used = batch.spec().inputFile().equals(spec.inputFile());
            return batch;
        } finally {
            if (!used) {
                discard(tenant, received);
            }
        }
    }

    /** Deletes requests of which no batch was created. */
    public void discard(TenantId tenant, ReceivedRequests received) {
        deleteFile(tenant, received.file().id());
    }

    private CompletionWindow window() {
        return CompletionWindow.parse(WINDOW)
                .filter(batchConfig::allows)
                .or(() -> CompletionWindow.parse(longest().toSeconds() + "s"))
                .orElseThrow();
    }

    private Duration longest() {
        return batchConfig.windowMax();
    }

    /** @throws BackfillException {@code NOT_FOUND}, also for a batch with another endpoint */
    public Batch get(TenantId tenant, BatchId id) {
        return ports.batches()
                .find(tenant, id)
                .filter(batch -> batch.spec().endpoint().equals(ENDPOINT))
                .orElseThrow(() -> noSuchBatch(id.messagesValue()));
    }

    /** The same error for a batch that does not exist, that belongs to another tenant, and for a malformed id. */
    public static BackfillException noSuchBatch(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No message batch found with id '" + id + "'.");
    }

    /** Returns the batches that are older than the cursor, newest first. */
    public Page<Batch> olderThan(TenantId tenant, Optional<BatchId> cursor, int limit) {
        return Page.of(ports.pages().olderThan(tenant, ENDPOINT, cursor, limit + 1), limit);
    }

    /** Returns the page just before the cursor, newest first. It has more if there are still newer batches. */
    public Page<Batch> newerThan(TenantId tenant, BatchId cursor, int limit) {
        List<Batch> found = ports.pages().newerThan(tenant, ENDPOINT, cursor, limit + 1);
        return found.size() > limit
                ? new Page<>(found.subList(found.size() - limit, found.size()), true)
                : new Page<>(found, false);
    }

    /** @see BatchService#cancel */
    public Batch cancel(TenantId tenant, BatchId id) {
        return ports.batches().cancel(tenant, get(tenant, id).id());
    }

    /**
     * Deletes a batch that has ended, with its results, and with its input if the gateway made it. The files go first: after a
     * crash in between, the call can be repeated.
     *
     * @throws BackfillException {@code CONFLICT} when it has not ended
     */
    public void delete(TenantId tenant, BatchId id) {
        Batch batch = get(tenant, id);
        if (batch.status().terminal()) {
            batch.outputFile().ifPresent(file -> deleteFile(tenant, file));
            batch.errorFile().ifPresent(file -> deleteFile(tenant, file));
            batch.spec()
                    .inputFileId()
                    .filter(file -> madeHere(tenant, file))
                    .ifPresent(file -> deleteFile(tenant, file));
        }
        ports.batches().delete(tenant, id);
    }

    private boolean madeHere(TenantId tenant, FileId file) {
        try {
            return ports.files().get(tenant, file).filename().equals(filename(file));
        } catch (BackfillException gone) {
            if (gone.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw gone;
        }
    }

    private void deleteFile(TenantId tenant, FileId file) {
        try {
            ports.files().delete(tenant, file);
        } catch (BackfillException gone) {
            if (gone.code() != ErrorCode.NOT_FOUND) {
                throw gone;
            }
        }
    }

    /** Contains the file's id, so that no file of a client has such a name. */
    private static String filename(FileId id) {
        return "message_batch_" + id.value() + ".jsonl";
    }

    /**
     * Opens the results of a batch that has ended. The caller closes them.
     *
     * @throws BackfillException {@code CONFLICT} when it has not ended; {@code NOT_FOUND} when a file with results was deleted or
     *     has expired
     */
    public MessageResults results(TenantId tenant, BatchId id) {
        Batch batch = get(tenant, id);
        if (!batch.status().terminal()) {
            throw new BackfillException(
                    ErrorCode.CONFLICT, "The batch has not ended. Its results are available once it has.");
        }
        MessageResults results = new MessageResults();
        try {
            open(tenant, batch, results);
            return results;
        } catch (IOException e) {
            close(results, e);
            throw ArrivingBytes.storeFailure(e);
        } catch (RuntimeException e) {
            close(results, e);
            throw e;
        }
    }

    private void open(TenantId tenant, Batch batch, MessageResults results) throws IOException {
        if (batch.state().results().isEmpty()) {
            Optional<FileId> input = batch.spec().inputFileId();
            if (input.isPresent()) {
                results.addUnplanned(
                        ports.files().content(tenant, input.get()), planConfig.maxLineBytes(), outcomeOfAll(batch));
            }
            return;
        }
        if (batch.outputFile().isPresent()) {
            results.addResults(ports.files().content(tenant, batch.outputFile().get()), ResultKind.OUTPUT);
        }
        if (batch.errorFile().isPresent()) {
            results.addResults(ports.files().content(tenant, batch.errorFile().get()), ResultKind.ERROR);
        }
    }

    /** Returns the outcome of every request of a batch that ended before it was planned. */
    private static MessageOutcome outcomeOfAll(Batch batch) {
        if (batch.status() == BatchStatus.CANCELLED) {
            return MessageOutcome.CANCELED;
        }
        if (batch.status() == BatchStatus.EXPIRED) {
            return MessageOutcome.EXPIRED;
        }
        String reason = batch.state().errors().stream()
                .findFirst()
                .map(LineError::message)
                .orElse("The batch was refused.");
        return MessageOutcome.errored("invalid_request_error", reason);
    }

    private static void close(MessageResults results, Exception failure) {
        try {
            results.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
