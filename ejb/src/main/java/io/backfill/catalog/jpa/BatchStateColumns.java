package io.backfill.catalog.jpa;

import static io.backfill.batches.BatchStatus.CANCELLED;
import static io.backfill.batches.BatchStatus.CANCELLING;
import static io.backfill.batches.BatchStatus.COMPLETED;
import static io.backfill.batches.BatchStatus.EXPIRED;
import static io.backfill.batches.BatchStatus.FAILED;
import static io.backfill.batches.BatchStatus.FINALIZING;
import static io.backfill.batches.BatchStatus.IN_PROGRESS;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SealedHeaders;
import io.backfill.ids.FileId;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All columns that a status change may change, except the counters. Always written together. */
@Embeddable
class BatchStateColumns {
    @Enumerated(EnumType.STRING)
    private BatchStatus status = BatchStatus.VALIDATING;

    @Column(name = "in_progress_at")
    private @Nullable Long inProgressAt;

    @Column(name = "finalizing_at")
    private @Nullable Long finalizingAt;

    @Column(name = "completed_at")
    private @Nullable Long completedAt;

    @Column(name = "failed_at")
    private @Nullable Long failedAt;

    @Column(name = "expired_at")
    private @Nullable Long expiredAt;

    @Column(name = "cancelling_at")
    private @Nullable Long cancellingAt;

    @Column(name = "cancelled_at")
    private @Nullable Long cancelledAt;

    private @Nullable String model;

    private @Nullable String errors;

    @Column(name = "output_file_id")
    private @Nullable String outputFileId;

    @Column(name = "error_file_id")
    private @Nullable String errorFileId;

    @Column(name = "has_output")
    private boolean hasOutput;

    @Column(name = "has_errors")
    private boolean hasErrors;

    /** What the result files contain of each log, as JSON. */
    @Column(name = "result_partitions")
    private @Nullable String resultPartitions;

    @Column(name = "headers_key")
    private @Nullable String headersKey;

    private byte @Nullable [] headers;

    protected BatchStateColumns() {}

    static BatchStateColumns of(Batch.State state) {
        BatchStateColumns columns = new BatchStateColumns();
        columns.status = state.status();
        columns.inProgressAt = InstantColumn.write(state.entered(IN_PROGRESS));
        columns.finalizingAt = InstantColumn.write(state.entered(FINALIZING));
        columns.completedAt = InstantColumn.write(state.entered(COMPLETED));
        columns.failedAt = InstantColumn.write(state.entered(FAILED));
        columns.expiredAt = InstantColumn.write(state.entered(EXPIRED));
        columns.cancellingAt = InstantColumn.write(state.entered(CANCELLING));
        columns.cancelledAt = InstantColumn.write(state.entered(CANCELLED));
        columns.model = state.model().map(StorableText::of).orElse(null);
        columns.errors = state.errors().isEmpty() ? null : JsonColumns.ofErrors(state.errors());
        state.results().ifPresent(columns::results);
        if (!state.headers().isEmpty()) {
            columns.headersKey = state.headers().keyId();
            columns.headers = state.headers().bytes();
        }
        return columns;
    }

    private void results(ResultFiles results) {
        outputFileId = results.output().value();
        errorFileId = results.errors().value();
        hasOutput = results.hasOutput();
        hasErrors = results.hasErrors();
        resultPartitions = results.partitions().isEmpty() ? null : JsonColumns.ofPartitions(results.partitions());
    }

    Batch.State toState(long version) {
        return new Batch.State(
                status,
                entered(),
                Optional.ofNullable(model),
                errors == null ? List.of() : JsonColumns.errors(errors),
                results(),
                headersKey == null || headers == null ? SealedHeaders.NONE : new SealedHeaders(headersKey, headers),
                version);
    }

    private Map<BatchStatus, Instant> entered() {
        Map<BatchStatus, Instant> entered = new EnumMap<>(BatchStatus.class);
        put(entered, IN_PROGRESS, inProgressAt);
        put(entered, FINALIZING, finalizingAt);
        put(entered, COMPLETED, completedAt);
        put(entered, FAILED, failedAt);
        put(entered, EXPIRED, expiredAt);
        put(entered, CANCELLING, cancellingAt);
        put(entered, CANCELLED, cancelledAt);
        return entered;
    }

    private static void put(Map<BatchStatus, Instant> entered, BatchStatus status, @Nullable Long millis) {
        InstantColumn.readOptional(millis).ifPresent(at -> entered.put(status, at));
    }

    private Optional<ResultFiles> results() {
        return outputFileId == null || errorFileId == null
                ? Optional.empty()
                : Optional.of(new ResultFiles(
                        new FileId(outputFileId),
                        new FileId(errorFileId),
                        hasOutput,
                        hasErrors,
                        resultPartitions == null ? List.of() : JsonColumns.partitions(resultPartitions)));
    }
}
