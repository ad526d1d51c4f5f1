package io.backfill.api.batches;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.LineError;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Usage;
import io.backfill.ids.FileId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of a batch. Every key is always present; its value is null where it does not apply. */
public record BatchObject(
        @JsonProperty("id") String id,
        @JsonProperty("object") String object,
        @JsonProperty("endpoint") String endpoint,
        @JsonProperty("model") @Nullable String model,
        @JsonProperty("errors") @Nullable Errors errors,
        @JsonProperty("input_file_id") String inputFileId,
        @JsonProperty("completion_window") String completionWindow,
        @JsonProperty("status") String status,
        @JsonProperty("output_file_id") @Nullable String outputFileId,
        @JsonProperty("error_file_id") @Nullable String errorFileId,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("in_progress_at") @Nullable Long inProgressAt,
        @JsonProperty("expires_at") long expiresAt,
        @JsonProperty("finalizing_at") @Nullable Long finalizingAt,
        @JsonProperty("completed_at") @Nullable Long completedAt,
        @JsonProperty("failed_at") @Nullable Long failedAt,
        @JsonProperty("expired_at") @Nullable Long expiredAt,
        @JsonProperty("cancelling_at") @Nullable Long cancellingAt,
        @JsonProperty("cancelled_at") @Nullable Long cancelledAt,
        @JsonProperty("request_counts") Counts requestCounts,
        @JsonProperty("usage") Tokens usage,
        @JsonProperty("metadata") @Nullable Map<String, String> metadata,
        @JsonProperty("backfill") Extension backfill) {

    public static BatchObject of(Batch batch) {
        Batch.State state = batch.state();
        return new BatchObject(
                batch.id().value(),
                "batch",
                batch.spec().endpoint(),
                state.model().orElse(null),
                state.errors().isEmpty() ? null : Errors.of(state.errors()),
                batch.spec().inputFile(),
                batch.spec().window().text(),
                state.status().wireName(),
                batch.outputFile().map(FileId::value).orElse(null),
                batch.errorFile().map(FileId::value).orElse(null),
                batch.identity().createdAt().getEpochSecond(),
                entered(state, BatchStatus.IN_PROGRESS),
                batch.deadline().getEpochSecond(),
                entered(state, BatchStatus.FINALIZING),
                entered(state, BatchStatus.COMPLETED),
                entered(state, BatchStatus.FAILED),
                entered(state, BatchStatus.EXPIRED),
                entered(state, BatchStatus.CANCELLING),
                entered(state, BatchStatus.CANCELLED),
                Counts.of(batch.counts()),
                Tokens.of(batch.usage().orElse(Usage.NONE)),
                batch.spec().metadata().orElse(null),
                Extension.of(batch));
    }

    private static @Nullable Long entered(Batch.State state, BatchStatus status) {
        return state.entered(status).map(Instant::getEpochSecond).orElse(null);
    }

    /** Fields that OpenAI's batch object does not have. */
    public record Extension(
            @JsonProperty("prefix_cache") @Nullable PrefixCache prefixCache,
            @JsonProperty("at_risk") boolean atRisk,
            @JsonProperty("expected_end") @Nullable Long expectedEnd,
            @JsonProperty("paused") @Nullable Paused paused,
            @JsonProperty("priority") String priority,
            @JsonProperty("max_in_flight") @Nullable Integer maxInFlight,
            @JsonProperty("token_budget") @Nullable Long tokenBudget,
            @JsonProperty("rerun_of") @Nullable String rerunOf) {
        static Extension of(Batch batch) {
            boolean ended = batch.status().terminal();
            return new Extension(
                    batch.forecast().prefixBound().isPresent() ? PrefixCache.of(batch) : null,
                    !ended && batch.forecast().atRisk(),
                    ended
                            ? null
                            : batch.forecast()
                                    .expectedEnd()
                                    .map(Instant::getEpochSecond)
                                    .orElse(null),
                    batch.pause().map(Paused::of).orElse(null),
                    batch.steering().priority().wireName(),
                    batch.steering().maxInFlight().isPresent()
                            ? (Integer) batch.steering().maxInFlight().getAsInt()
                            : null,
                    batch.steering().tokenBudget().isPresent()
                            ? (Long) batch.steering().tokenBudget().getAsLong()
                            : null,
                    batch.identity().rerun().map(rerun -> rerun.of().value()).orElse(null));
        }

        /** The batch is paused: no calls are made until it is resumed. */
        public record Paused(long at, String reason) {
            static Paused of(BatchPause pause) {
                return new Paused(pause.at().getEpochSecond(), pause.reason().wireName());
            }
        }

        /**
         * Share of the prompt tokens that prefix caches served.
         *
         * @param bound the maximum that any order and any cache could reach
         * @param measured what the models reported; null before the first response
         */
        public record PrefixCache(double bound, @Nullable Double measured) {
            static PrefixCache of(Batch batch) {
                return new PrefixCache(
                        rounded(batch.forecast().prefixBound().orElseThrow()),
                        batch.usage()
                                .filter(usage -> usage.inputTokens() > 0)
                                .map(usage -> rounded((double) usage.cachedTokens() / usage.inputTokens()))
                                .orElse(null));
            }

            private static double rounded(double share) {
                return Math.round(share * 10_000) / 10_000.0;
            }
        }
    }

    /** The reasons why validation rejected the input. */
    public record Errors(String object, List<Entry> data) {
        static Errors of(List<LineError> errors) {
            return new Errors("list", errors.stream().map(Entry::of).toList());
        }

        /** An error in one line, or in the whole file if {@code line} is null. */
        public record Entry(
                String code,
                String message,
                @Nullable String param,
                @Nullable Integer line) {
            static Entry of(LineError error) {
                return new Entry(
                        error.code(),
                        error.message(),
                        error.param().orElse(null),
                        error.line().isPresent() ? error.line().getAsInt() : null);
            }
        }
    }

    /** The number of lines, and how many of them completed or failed. */
    public record Counts(int total, int completed, int failed) {
        static Counts of(RequestCounts counts) {
            return new Counts(counts.total(), counts.completed(), counts.failed());
        }
    }

    /** Sum of the tokens of all successful lines; zeros until the first one. */
    public record Tokens(
            @JsonProperty("input_tokens") long inputTokens,
            @JsonProperty("input_tokens_details") InputDetails inputDetails,
            @JsonProperty("output_tokens") long outputTokens,
            @JsonProperty("output_tokens_details") OutputDetails outputDetails,
            @JsonProperty("total_tokens") long totalTokens) {
        static Tokens of(Usage usage) {
            return new Tokens(
                    usage.inputTokens(),
                    new InputDetails(usage.cachedTokens()),
                    usage.outputTokens(),
                    new OutputDetails(usage.reasoningTokens()),
                    usage.totalTokens());
        }

        /** Breakdown of the input tokens. */
        public record InputDetails(
                @JsonProperty("cached_tokens") long cachedTokens) {}

        /** Breakdown of the output tokens. */
        public record OutputDetails(
                @JsonProperty("reasoning_tokens") long reasoningTokens) {}
    }
}
