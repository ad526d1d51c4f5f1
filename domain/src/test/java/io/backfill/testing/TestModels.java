package io.backfill.testing;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.models.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A directory of models that a test makes and changes. */
public final class TestModels implements ModelDirectory {
    /** Waits of a few milliseconds, three retries. */
    public static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(1));

    private final AtomicReference<Map<String, Model>> models = new AtomicReference<>(Map.of());

    public TestModels(Model... all) {
        replace(all);
    }

    /** Swaps the whole directory, as a reload does. */
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
        return new Model(
                name,
                List.of(URI.create("http://127.0.0.1:9")),
                maxInFlight,
                Duration.ofSeconds(30),
                retry,
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty());
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
