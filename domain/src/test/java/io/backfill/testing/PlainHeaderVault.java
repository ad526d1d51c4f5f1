package io.backfill.testing;

import io.backfill.batches.Batch;
import io.backfill.batches.HeaderVault;
import io.backfill.batches.SealedHeaders;
import io.backfill.ids.BatchId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Seals headers as plain text and remembers them. */
public final class PlainHeaderVault implements HeaderVault {
    public static final String KEY_ID = "plain";

    private final Map<BatchId, Map<String, String>> sealed = new ConcurrentHashMap<>();

    @Override
    public SealedHeaders seal(BatchId batch, Map<String, String> headers) {
        sealed.put(batch, Map.copyOf(headers));
        return new SealedHeaders(KEY_ID, headers.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Map<String, String> open(Batch batch) {
        return sealed.getOrDefault(batch.id(), Map.of());
    }

    /** Returns the headers that were sealed, by batch. */
    public Map<BatchId, Map<String, String>> sealed() {
        return Map.copyOf(sealed);
    }
}
