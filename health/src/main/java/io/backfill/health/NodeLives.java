package io.backfill.health;

import io.backfill.run.NodeHealth;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Liveness check: whether the background passes of the node still run. External dependencies are part of the readiness check, because
 * a restart would not repair them.
 */
@Liveness
@ApplicationScoped
public class NodeLives implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return NodeReport.of("backfill passes", NodeHealth::liveness);
    }
}
