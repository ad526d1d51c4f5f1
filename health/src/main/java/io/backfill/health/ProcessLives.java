package io.backfill.health;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Startup check: passes as soon as the process answers. */
@Startup
@ApplicationScoped
public class ProcessLives implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.up("backfill process");
    }
}
