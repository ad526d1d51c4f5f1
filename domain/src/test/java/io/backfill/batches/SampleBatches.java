package io.backfill.batches;

import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Batches and files for the catalog contracts. All are created at a full second. */
public final class SampleBatches {
    public static final TenantId ADA = new TenantId("ada");
    public static final TenantId BOB = new TenantId("bob");
    public static final Instant NOON = Instant.parse("2026-11-03T12:00:00Z");

    private SampleBatches() {}

    /** Returns the {@code n}-th batch, of tenant ada, with a window of a day. */
    public static Batch batch(int n) {
        return batch(ADA, SeededIds.batch(n), "24h");
    }

    public static Batch batch(TenantId tenant, BatchId id, String window) {
        return created(tenant, id, spec("file-of-" + id, window), NOON);
    }

    public static Batch createdAt(BatchId id, Instant at) {
        return created(ADA, id, spec("file-of-" + id, "24h"), at);
    }

    public static Batch reading(FileId input, BatchId id) {
        return created(ADA, id, spec(input.value(), "24h"), NOON);
    }

    /** Returns a batch whose input file is named by any text. */
    public static Batch reading(String input, int n) {
        return created(ADA, SeededIds.batch(n), spec(input, "24h"), NOON);
    }

    /** Returns a batch with a value in every field that a client can set. */
    public static Batch full(int n) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("zeta", "first, though last in the alphabet");
        metadata.put("alpha", "\"quotes\", \\ and \u0000 and \uD83D\uDE80");
        BatchSpec spec = new BatchSpec(
                "no file's id: \u00e4\u4e2d",
                "/v1/chat/completions",
                CompletionWindow.parse("90m").orElseThrow(),
                Optional.of(metadata),
                Optional.of(Duration.ofSeconds(3601)));
        return Batch.created(
                SeededIds.batch(n), ADA, spec, NOON, new SealedHeaders("key-1", new byte[] {0, -1, 10, 127}));
    }

    /** Returns a batch with the metadata keys {@code colour} and {@code half}. */
    public static Batch labelled(TenantId tenant, int n, String colour, String half) {
        BatchSpec spec = new BatchSpec(
                "file-of-" + n,
                "/v1/embeddings",
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.of(Map.of("colour", colour, "half", half)),
                Optional.empty());
        return created(tenant, SeededIds.batch(n), spec, NOON);
    }

    public static StoredFile file(TenantId tenant, FileId id, long bytes) {
        return new StoredFile(id, tenant, "in.jsonl", FilePurpose.BATCH, bytes, NOON, Optional.empty());
    }

    private static BatchSpec spec(String input, String window) {
        return new BatchSpec(
                input,
                "/v1/embeddings",
                CompletionWindow.parse(window).orElseThrow(),
                Optional.empty(),
                Optional.empty());
    }

    private static Batch created(TenantId tenant, BatchId id, BatchSpec spec, Instant at) {
        return Batch.created(id, tenant, spec, at, SealedHeaders.NONE);
    }
}
