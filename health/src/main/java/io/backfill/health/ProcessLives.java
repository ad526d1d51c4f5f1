package io.backfill.health;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** The process answers: started. */
@Startup
@ApplicationScoped
public class ProcessLives implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.up("backfill process");
    }
}
