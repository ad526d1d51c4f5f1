package io.backfill.offload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.backfill.batches.Batch;
import io.backfill.batches.SealedHeaders;
import io.backfill.ids.BatchId;
import io.backfill.json.JsonObject;
import io.backfill.tenants.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/**
 * Everything that the pods of a Job need besides the plan. A blob in the store that is written before the Job is created and never
 * changed. It contains no secret in clear text: captured headers are sealed, and pods read the models' keys from their own files.
 *
 * @param endpoint such as {@code /v1/chat/completions}
 * @param deadline after which a pod starts no call, by its own clock
 * @param epoch of the lease under which the Job is created; see {@link io.backfill.results.LogEpoch}
 * @param models content of the gateway's models file
 * @param slots calls that one pod may have open, by model
 * @param headers captured from the client
 */
public record ShardManifest(
        BatchId batch,
        TenantId tenant,
        String endpoint,
        Instant deadline,
        long epoch,
        String models,
        Map<String, Integer> slots,
        SealedHeaders headers) {
    private static final JsonFactory JSON = new JsonFactory();

    public ShardManifest {
        slots = Map.copyOf(slots);
    }

    /** Returns the key of the manifest of the Job with this generation, created under the lease with this epoch. */
    public static String key(BatchId batch, long epoch, int generation) {
        return Batch.folder(batch) + "/shards-" + epoch + "-" + generation + ".json";
    }

    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("batch", batch.value());
            json.writeStringField("tenant", tenant.value());
            json.writeStringField("endpoint", endpoint);
            json.writeStringField("deadline", deadline.toString());
            json.writeNumberField("epoch", epoch);
            json.writeStringField("models", models);
            json.writeObjectFieldStart("slots");
            for (Map.Entry<String, Integer> slot : slots.entrySet()) {
                json.writeNumberField(slot.getKey(), slot.getValue());
            }
            json.writeEndObject();
            json.writeStringField("key_id", headers.keyId());
            json.writeBinaryField("headers", headers.bytes());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if the manifest is truncated or invalid */
    public static ShardManifest read(InputStream in) throws IOException {
        JsonObject json = JsonObject.read(in, "the shard manifest");
        try {
            byte[] headers = Base64.getDecoder().decode(json.get("headers", String.class));
            return new ShardManifest(
                    new BatchId(json.get("batch", String.class)),
                    new TenantId(json.get("tenant", String.class)),
                    json.get("endpoint", String.class),
                    Instant.parse(json.get("deadline", String.class)),
                    json.get("epoch", Long.class),
                    json.get("models", String.class),
                    json.get("slots", JsonObject.class).all(Integer.class),
                    headers.length == 0
                            ? SealedHeaders.NONE
                            : new SealedHeaders(json.get("key_id", String.class), headers));
        } catch (RuntimeException e) {
            throw new IOException("the shard manifest is invalid: " + e.getMessage(), e);
        }
    }
}
