package io.backfill.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table of contents of a plan. It is written last: if it exists, all plans of the batch exist.
 *
 * @param inputKey blob that the entries refer to
 * @param total lines over all models
 * @param offload whether the partitions are shards that pods may run; a model then has several partitions
 * @param models partitions by number; those of one model are adjacent, in the order of its plan
 */
public record PlanManifest(String inputKey, int total, boolean offload, List<ModelPlan> models) {
    private static final JsonFactory JSON = new JsonFactory();

    public PlanManifest {
        models = List.copyOf(models);
    }

    public static String key(BatchId batch) {
        return Batch.folder(batch) + "/plan.json";
    }

    /** Returns the model if there is only one, or empty if there are several. */
    public Optional<String> onlyModel() {
        List<String> names = distinctModels();
        return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }

    /** Returns the distinct names of the models. */
    public List<String> distinctModels() {
        return models.stream().map(ModelPlan::model).distinct().toList();
    }

    /** Returns the numbers of a model's partitions, ascending. */
    public List<Integer> partitionsOf(String model) {
        return models.stream()
                .filter(plan -> plan.model().equals(model))
                .map(ModelPlan::partition)
                .toList();
    }

    /**
     * Returns the largest share of all prompt tokens that a prefix cache of unlimited size can save in the best order:
     * {@code 1 - U/B} over the prefix tree.
     */
    public double prefixBound() {
        long all = models.stream().mapToLong(ModelPlan::promptTokens).sum();
        long least = models.stream().mapToLong(ModelPlan::leastTokens).sum();
        return all == 0 ? 0 : 1 - (double) least / all;
    }

    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("input", inputKey);
            json.writeNumberField("total", total);
            json.writeBooleanField("offload", offload);
            json.writeArrayFieldStart("models");
            for (ModelPlan plan : models) {
                json.writeStartObject();
                json.writeNumberField("partition", plan.partition());
                json.writeStringField("model", plan.model());
                json.writeNumberField("entries", plan.entries());
                json.writeStringField("order", plan.order());
                json.writeStringField("key", plan.key());
                json.writeNumberField("prompt_tokens", plan.promptTokens());
                json.writeNumberField("least_tokens", plan.leastTokens());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException also if the bytes are not a complete manifest */
    public static PlanManifest read(InputStream in) throws IOException {
        JsonObject json = JsonObject.read(in, "the plan");
        List<ModelPlan> models = new ArrayList<>();
        for (JsonObject plan : json.list("models", JsonObject.class)) {
            models.add(new ModelPlan(
                    plan.get("partition", Integer.class),
                    plan.get("model", String.class),
                    plan.get("entries", Integer.class),
                    plan.get("order", String.class),
                    plan.get("key", String.class),
                    plan.optional("prompt_tokens", Long.class).orElse(0L),
                    plan.optional("least_tokens", Long.class).orElse(0L)));
        }
        return new PlanManifest(
                json.get("input", String.class),
                json.get("total", Integer.class),
                json.optional("offload", Boolean.class).orElse(false),
                models);
    }
}
