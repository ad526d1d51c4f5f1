package io.backfill.health;

import io.backfill.run.NodeHealth;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Whether the node's background passes still come round. What they need from outside is the readiness check's business; a restart
 * would not mend it.
 */
@Liveness
@ApplicationScoped
public class NodeLives implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return NodeReport.of("backfill passes", NodeHealth::liveness);
    }
}
