package io.backfill.testing;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** A directory of models that a test creates and changes. */
public final class TestModels implements ModelDirectory {
    /** Delays of a few milliseconds, three retries. */
    public static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(1));

    private final AtomicReference<Map<String, Model>> models = new AtomicReference<>(Map.of());

    public TestModels(Model... all) {
        replace(all);
    }

    /** Replaces the whole directory, as a reload does. */
    public void replace(Model... all) {
        Map<String, Model> next = new LinkedHashMap<>();
        for (Model model : all) {
            next.put(model.name(), model);
        }
        models.set(next);
    }

    public static Model model(String name, int maxInFlight) {
        return model(name, maxInFlight, QUICK);
    }

    public static Model model(String name, int maxInFlight, RetryPolicy retry) {
        return model(name, 1, maxInFlight, retry, ModelTuning.DEFAULT);
    }

    public static Model model(String name, int maxInFlight, ModelTuning tuning) {
        return model(name, 1, maxInFlight, QUICK, tuning);
    }

    /** Returns a model with several replicas, {@code http://replica-0:8000} and so on. */
    public static Model model(String name, int replicas, int maxInFlight, RetryPolicy retry, ModelTuning tuning) {
        return new Model(
                name,
                IntStream.range(0, replicas).mapToObj(TestModels::replica).toList(),
                maxInFlight,
                Duration.ofSeconds(30),
                retry,
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty(),
                tuning);
    }

    public static URI replica(int number) {
        return URI.create("http://replica-" + number + ":8000");
    }

    @Override
    public Optional<Model> find(String name) {
        return Optional.ofNullable(models.get().get(name));
    }

    @Override
    public List<Model> listed() {
        return List.copyOf(models.get().values());
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }
}
