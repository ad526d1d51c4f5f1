package io.backfill.offload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.batches.Batch;
import io.backfill.batches.SealedHeaders;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
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
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Integer> slots = new LinkedHashMap<>();
        long epoch = 0;
        byte[] headers = {};
        try (JsonParser json = JSON.createParser(in)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "epoch" -> epoch = json.getLongValue();
                    case "headers" -> headers = json.getBinaryValue();
                    case "slots" -> {
                        for (String model = json.nextFieldName(); model != null; model = json.nextFieldName()) {
                            slots.put(model, json.nextIntValue(0));
                        }
                    }
                    default -> texts.put(name, json.getText());
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new IOException("the shard manifest is truncated");
            }
        }
        try {
            return new ShardManifest(
                    new BatchId(text(texts, "batch")),
                    new TenantId(text(texts, "tenant")),
                    text(texts, "endpoint"),
                    Instant.parse(text(texts, "deadline")),
                    epoch,
                    text(texts, "models"),
                    slots,
                    headers.length == 0 ? SealedHeaders.NONE : new SealedHeaders(text(texts, "key_id"), headers));
        } catch (RuntimeException e) {
            throw new IOException("the shard manifest is invalid: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, String> texts, String name) throws IOException {
        String text = texts.get(name);
        if (text == null) {
            throw new IOException("the shard manifest has no " + name);
        }
        return text;
    }
}
