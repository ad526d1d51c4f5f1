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
 * What the pods of a Job need to know beside the plan; a blob in the store, written before the Job is made and never changed. It
 * holds no secret in clear: captured headers are sealed, keys of models are files that the pods have themselves.
 *
 * @param endpoint such as {@code /v1/chat/completions}
 * @param deadline after which a pod begins no call, by its own clock
 * @param epoch of the lease under which the Job is made; see {@link io.backfill.results.LogEpoch}
 * @param models the gateway's models file, as it was
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

    /** Where the manifest of the Jobs made under this lease is. */
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

    /** @throws IOException when the bytes are not a whole manifest */
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
                throw new IOException("the manifest of the shards is cut off");
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
            throw new IOException("the manifest of the shards cannot be used: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, String> texts, String name) throws IOException {
        String text = texts.get(name);
        if (text == null) {
            throw new IOException("the manifest of the shards has no " + name);
        }
        return text;
    }
}
