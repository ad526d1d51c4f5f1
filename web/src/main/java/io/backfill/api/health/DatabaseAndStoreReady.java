package io.backfill.api.health;

import io.backfill.batches.BatchLeases;
import io.backfill.files.FileStore;
import io.backfill.models.ModelDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: the catalog's database and the file store answer. A bad edit of the models file is shown, but serves on. */
@Readiness
@ApplicationScoped
public class DatabaseAndStoreReady implements HealthCheck {
    @Inject
    private BatchLeases leases;

    @Inject
    private FileStore store;

    @Inject
    private ModelDirectory models;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("backfill");
        boolean up = true;
        try {
            answer.withData("waiting-batches", leases.claimableCount());
        } catch (RuntimeException e) {
            up = false;
            answer.withData("database", String.valueOf(e.getMessage()));
        }
        try {
            store.check();
        } catch (IOException e) {
            up = false;
            answer.withData("store", String.valueOf(e.getMessage()));
        }
        models.problem().ifPresent(problem -> answer.withData("models", problem));
        return answer.status(up).build();
    }
}
