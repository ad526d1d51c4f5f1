package io.backfill.health;

import io.backfill.run.NodeHealth;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness check: whether the node can serve requests, according to its last evaluation. */
@Readiness
@ApplicationScoped
public class NodeReady implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return NodeReport.of("backfill", NodeHealth::readiness);
    }
}
