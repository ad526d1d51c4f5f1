package io.backfill.batches;

import io.backfill.ids.FileId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the client requested. Only the metadata can be replaced later.
 *
 * @param inputFile as sent: any text, which need not name a file
 * @param metadata in the client's order; empty if none was sent
 * @param outputExpiresAfter lifetime of the output and error file; empty for the default
 */
public record BatchSpec(
        String inputFile,
        String endpoint,
        CompletionWindow window,
        Optional<Map<String, String>> metadata,
        Optional<Duration> outputExpiresAfter) {

    /** Metadata key that selects the order of the lines: {@code prefix} or {@code file}. */
    public static final String ORDER_KEY = "backfill.order";

    /** Metadata key that selects whether the batch runs in pods: {@code true} or {@code false}. */
    public static final String OFFLOAD_KEY = "backfill.offload";

    /** Metadata keys that have an effect when the input is planned, and therefore keep their values. */
    public static final List<String> FIXED_KEYS = List.of(ORDER_KEY, OFFLOAD_KEY);

    /** Returns whether the client requested pods, as sent. */
    public Optional<String> offload() {
        return metadata.map(all -> all.get(OFFLOAD_KEY));
    }

    /** Returns the order that the client requested, as sent. */
    public Optional<String> order() {
        return metadata.map(all -> all.get(ORDER_KEY));
    }

    /** Returns the input file; empty if the text cannot be the id of a file. */
    public Optional<FileId> inputFileId() {
        return FileId.parse(inputFile);
    }
}
