package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchQuery.Filter;
import io.backfill.batches.BatchQuery.MetadataPair;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names of the lists that a batch is in: one of its model, one of each pair of its metadata, and one of each pair together
 * with the model. A list for each combination makes the cost of a page independent of the number of batches that meet only
 * one of two conditions. The names are hashes, because a value may be longer than an index entry.
 */
final class BatchLabels {
    private BatchLabels() {}

    /** Returns the labels of the pairs of the metadata alone, which a batch has from the beginning. */
    static List<String> ofMetadata(Optional<Map<String, String>> metadata) {
        return labels(Optional.empty(), metadata);
    }

    /** Returns the labels that a batch has in addition once its model is known. */
    static List<String> ofModel(String model, Optional<Map<String, String>> metadata) {
        List<String> labels = labels(Optional.of(model), metadata);
        labels.add(label(Optional.of(model), Optional.empty()));
        return labels;
    }

    /** Returns the labels that {@code after} has and {@code before} does not have. */
    static List<String> added(Batch before, Batch after) {
        Optional<String> model = after.state().model();
        return model.isEmpty() || model.equals(before.state().model())
                ? List.of()
                : ofModel(model.get(), after.spec().metadata());
    }

    /** Returns the label of all batches that meet the conditions on model and metadata; empty if there are none. */
    static Optional<String> of(Filter filter) {
        return filter.model().isEmpty() && filter.pair().isEmpty()
                ? Optional.empty()
                : Optional.of(label(filter.model(), filter.pair()));
    }

    private static List<String> labels(Optional<String> model, Optional<Map<String, String>> metadata) {
        List<String> labels = new ArrayList<>();
        metadata.orElse(Map.of())
                .forEach((key, value) -> labels.add(label(model, Optional.of(new MetadataPair(key, value)))));
        return labels;
    }

    /** Lengths in front of the texts make different conditions different texts. */
    private static String label(Optional<String> model, Optional<MetadataPair> pair) {
        StringBuilder text = new StringBuilder();
        // as the column of the model keeps it
        model.map(StorableText::of)
                .ifPresent(name ->
                        text.append("model ").append(name.length()).append(' ').append(name));
        pair.ifPresent(each -> text.append("pair ")
                .append(each.key().length())
                .append(' ')
                .append(each.key())
                .append(each.value()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text.toString()));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
