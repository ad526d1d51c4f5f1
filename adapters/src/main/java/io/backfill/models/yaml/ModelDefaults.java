package io.backfill.models.yaml;

import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings of a model for which the section {@code defaults} can set the default. */
record ModelDefaults(int maxInFlight, Duration timeout, RetryPolicy retry, ModelTuning tuning) {
    static final ModelDefaults BUILT_IN =
            new ModelDefaults(64, Duration.ofMinutes(5), RetryPolicy.DEFAULT, ModelTuning.DEFAULT);

    static final Set<String> KEYS =
            Set.of("max-in-flight", "timeout", "retries", "backoff", "patience", "protect-interactive", "placement");

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Returns these settings, overridden by those of {@code mapping}. */
    ModelDefaults with(YamlMapping mapping) throws ModelsFileException {
        return new ModelDefaults(
                mapping.whole("max-in-flight", 1, 10_000).orElse(maxInFlight),
                mapping.duration("timeout", SHORTEST, LONGEST).orElse(timeout),
                retryWith(mapping),
                tuning);
    }

    /** Returns these settings, overridden by those of the section {@code defaults}. */
    ModelDefaults withPreset(YamlMapping preset) throws ModelsFileException {
        ModelDefaults own = with(preset);
        return new ModelDefaults(
                own.maxInFlight, own.timeout, own.retry, new TuningEntry(preset, Map.of()).above(tuning));
    }

    private RetryPolicy retryWith(YamlMapping mapping) throws ModelsFileException {
        Duration initial = retry.initial();
        Duration max = retry.max();
        Optional<YamlMapping> backoff = mapping.mapping("backoff", "backoff");
        if (backoff.isPresent()) {
            backoff.get().allowOnly(Set.of("initial", "max"));
            initial = backoff.get().duration("initial", SHORTEST, LONGEST).orElse(initial);
            max = backoff.get().duration("max", SHORTEST, LONGEST).orElse(max);
            if (max.compareTo(initial) < 0) {
                throw mapping.unusable("backoff", "initial must not be longer than max");
            }
        }
        return new RetryPolicy(
                mapping.whole("retries", 0, 100).orElse(retry.retries()),
                initial,
                max,
                mapping.duration("patience", Duration.ZERO, LONGEST).orElse(retry.patience()));
    }
}
