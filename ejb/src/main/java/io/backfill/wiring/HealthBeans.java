package io.backfill.wiring;

import io.backfill.ops.Metrics;
import io.backfill.ops.Readiness;
import io.backfill.run.PassWatch;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Produces what health checks and the metrics page inject. */
@Dependent
public class HealthBeans {
    /** Less than the time-out of the probes that the chart sets. */
    private static final Duration READINESS_PATIENCE = Duration.ofSeconds(3);

    private final Node node;

    @Inject
    HealthBeans(StartedNode started) {
        this.node = started.node();
    }

    @Produces
    @Singleton
    PassWatch passWatch() {
        return node.threads();
    }

    @Produces
    @Singleton
    Metrics metrics() {
        return node.metrics().batches();
    }

    /**
     * A node that serves the API stays ready even while the database or the store is away, so that clients get an error
     * response instead of a refused connection. A node that only processes batches is ready when the database and the store
     * are available.
     */
    @Produces
    @Singleton
    Readiness readiness() {
        boolean needed = !node.setup().role().servesApi();
        return new Readiness(
                List.of(
                        new Readiness.Check("database", needed, () -> {
                            node.backends().catalogs().leases().claimableCount();
                            return Optional.empty();
                        }),
                        new Readiness.Check("store", needed, () -> {
                            node.backends().storage().store().check();
                            return Optional.empty();
                        }),
                        new Readiness.Check("models", false, node.backends().models()::problem),
                        new Readiness.Check("requests", true, () -> {
                            if (node.access().door().exhausted()) {
                                throw new IllegalStateException(
                                        "all request threads have been busy for several seconds");
                            }
                            return Optional.empty();
                        })),
                READINESS_PATIENCE,
                node.threads().tasks(),
                node.timeAndIds().nanoTime());
    }
}
