package io.backfill.requests;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a line must satisfy beyond its form.
 *
 * @param endpoint the batch's; every line's {@code url} equals it
 * @param supportedEndpoints paths that batches may use at all
 * @param knownModel whether there is such a model
 * @param onlyModel the one model all lines must have; empty where they may differ
 * @param firstSeen records a custom_id and says whether it is new
 * @param requiredFields whether a body without the field that its endpoint cannot do without is refused, or left to the model
 */
public record LineRules(
        String endpoint,
        Predicate<String> supportedEndpoints,
        Predicate<String> knownModel,
        Supplier<Optional<String>> onlyModel,
        Predicate<String> firstSeen,
        boolean requiredFields) {}
