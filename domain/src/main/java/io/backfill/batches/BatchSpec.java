package io.backfill.batches;

import io.backfill.ids.FileId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the client asked for; never changes.
 *
 * @param inputFile as sent: any text; it need not name a file
 * @param metadata in the client's order; empty when none was sent
 * @param outputExpiresAfter life of the output and error file; empty: the default
 */
public record BatchSpec(
        String inputFile,
        String endpoint,
        CompletionWindow window,
        Optional<Map<String, String>> metadata,
        Optional<Duration> outputExpiresAfter) {

    /** Metadata key by which a client chooses the order of its lines: {@code prefix} or {@code file}. */
    public static final String ORDER_KEY = "backfill.order";

    /** Metadata key by which a client asks for pods, or against them: {@code true} or {@code false}. */
    public static final String OFFLOAD_KEY = "backfill.offload";

    /** What the client asked for as to pods. */
    public Optional<String> offload() {
        return metadata.map(all -> all.get(OFFLOAD_KEY));
    }

    /** The order the client asked for. */
    public Optional<String> order() {
        return metadata.map(all -> all.get(ORDER_KEY));
    }

    /** The input file, or empty when the text cannot be a file's id. */
    public Optional<FileId> inputFileId() {
        return FileId.parse(inputFile);
    }
}
