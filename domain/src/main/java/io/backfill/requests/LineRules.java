package io.backfill.requests;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The rules that a line must satisfy beyond its form.
 *
 * @param endpoint of the batch; every line's {@code url} must equal it
 * @param supportedEndpoints paths that batches may use
 * @param knownModel whether a model exists
 * @param onlyModel model that all lines must name; empty if they may differ
 * @param firstSeen records a custom_id and returns whether it is new
 * @param requiredFields whether a body without the field that its endpoint requires is rejected; otherwise it is sent to the model
 */
public record LineRules(
        String endpoint,
        Predicate<String> supportedEndpoints,
        Predicate<String> knownModel,
        Supplier<Optional<String>> onlyModel,
        Predicate<String> firstSeen,
        boolean requiredFields) {}
