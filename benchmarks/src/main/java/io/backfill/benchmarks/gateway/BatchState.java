package io.backfill.benchmarks.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;

/** The fields of a batch that these programs use. */
public record BatchState(
        String id,
        String status,
        long total,
        long completed,
        long failed,
        Optional<String> outputFileId,
        Optional<String> errorFileId,
        String json) {
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "expired", "cancelled");

    static BatchState of(JsonNode batch) {
        JsonNode counts = batch.path("request_counts");
        return new BatchState(
                batch.path("id").asText(),
                batch.path("status").asText(),
                counts.path("total").asLong(),
                counts.path("completed").asLong(),
                counts.path("failed").asLong(),
                Optional.ofNullable(batch.path("output_file_id").asText(null)),
                Optional.ofNullable(batch.path("error_file_id").asText(null)),
                batch.toString());
    }

    public boolean isTerminal() {
        return TERMINAL.contains(status);
    }
}
