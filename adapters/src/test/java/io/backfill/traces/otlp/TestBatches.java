package io.backfill.traces.otlp;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.SealedHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Batches of the tenant acme. */
final class TestBatches {
    static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

    private TestBatches() {}

    static Batch created(int number) {
        return Batch.created(
                SeededIds.batch(number),
                new TenantId("acme"),
                new BatchSpec(
                        "file-x",
                        "/v1/chat/completions",
                        new CompletionWindow("24h", Duration.ofHours(24)),
                        Optional.empty(),
                        Optional.empty()),
                START,
                SealedHeaders.NONE);
    }
}
