package io.backfill.catalog.jpa;

import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.ids.FileId;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The client's request; written once. */
@Embeddable
class BatchSpecColumns {
    @Column(name = "input_file", updatable = false)
    private String inputFile = "";

    @Column(name = "input_file_id", updatable = false)
    private @Nullable String inputFileId;

    @Column(updatable = false)
    private String endpoint = "";

    @Column(name = "completion_window", updatable = false)
    private String window = "";

    @Column(updatable = false)
    private @Nullable String metadata;

    @Column(name = "output_expires_after", updatable = false)
    private @Nullable Long outputExpiresAfterSeconds;

    protected BatchSpecColumns() {}

    static BatchSpecColumns of(BatchSpec spec) {
        BatchSpecColumns columns = new BatchSpecColumns();
        columns.inputFile = StorableText.of(spec.inputFile());
        columns.inputFileId = spec.inputFileId().map(FileId::value).orElse(null);
        columns.endpoint = spec.endpoint();
        columns.window = spec.window().text();
        columns.metadata = spec.metadata().map(JsonColumns::ofMetadata).orElse(null);
        columns.outputExpiresAfterSeconds =
                spec.outputExpiresAfter().map(Duration::toSeconds).orElse(null);
        return columns;
    }

    BatchSpec toSpec() {
        return new BatchSpec(
                inputFile,
                endpoint,
                CompletionWindow.parse(window).orElseThrow(),
                Optional.ofNullable(metadata).map(JsonColumns::metadata),
                Optional.ofNullable(outputExpiresAfterSeconds).map(Duration::ofSeconds));
    }
}
