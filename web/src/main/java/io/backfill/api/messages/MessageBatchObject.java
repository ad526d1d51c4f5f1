package io.backfill.api.messages;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.RequestCounts;
import io.backfill.service.MessageBatchService;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Anthropic's JSON form of a batch. Times are texts as RFC 3339 defines them. */
public record MessageBatchObject(
        @JsonProperty("id") String id,
        @JsonProperty("type") String type,
        @JsonProperty("processing_status") String processingStatus,
        @JsonProperty("request_counts") Counts requestCounts,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("expires_at") String expiresAt,
        @JsonProperty("ended_at") @Nullable String endedAt,
        @JsonProperty("cancel_initiated_at") @Nullable String cancelInitiatedAt,
        @JsonProperty("archived_at") @Nullable String archivedAt,
        @JsonProperty("results_url") @Nullable String resultsUrl) {
    /**
     * Returns the form of a batch.
     *
     * @param base address of this server, without a slash at its end
     */
    static MessageBatchObject of(Batch batch, String base) {
        String id = batch.id().messagesValue();
        boolean ended = batch.status().terminal();
        return new MessageBatchObject(
                id,
                "message_batch",
                status(batch.status()),
                Counts.of(batch),
                batch.identity().createdAt().toString(),
                batch.deadline().toString(),
                batch.ended().map(Instant::toString).orElse(null),
                batch.state()
                        .entered(BatchStatus.CANCELLING)
                        .map(Instant::toString)
                        .orElse(null),
                null,
                ended ? base + "/v1/messages/batches/" + id + "/results" : null);
    }

    private static String status(BatchStatus status) {
        return switch (status) {
            case VALIDATING, IN_PROGRESS, FINALIZING -> "in_progress";
            case CANCELLING -> "canceling";
            case COMPLETED, FAILED, EXPIRED, CANCELLED -> "ended";
        };
    }

    /** The number of requests by outcome. All are processing until the batch ends. */
    public record Counts(int processing, int succeeded, int errored, int canceled, int expired) {
        static Counts of(Batch batch) {
            RequestCounts counts = batch.counts();
            int total = Math.max(counts.total(), received(batch));
            int neverRun = total - counts.completed() - counts.failed();
            return switch (batch.status()) {
                case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> new Counts(total, 0, 0, 0, 0);
                case FAILED -> new Counts(0, 0, total, 0, 0);
                case CANCELLED -> new Counts(0, counts.completed(), counts.failed(), neverRun, 0);
                case COMPLETED, EXPIRED -> new Counts(0, counts.completed(), counts.failed(), 0, neverRun);
            };
        }

        /** Returns the number of requests of a create; 0 if the batch was not created in this dialect. */
        private static int received(Batch batch) {
            try {
                return batch.spec()
                        .metadata()
                        .map(all -> all.get(MessageBatchService.REQUESTS_KEY))
                        .map(Integer::parseInt)
                        .orElse(0);
            } catch (NumberFormatException notANumber) {
                return 0;
            }
        }
    }
}
