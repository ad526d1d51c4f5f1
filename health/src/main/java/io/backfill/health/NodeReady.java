package io.backfill.health;

import io.backfill.run.NodeHealth;
import jakarta.enterprise.context.ApplicationScoped;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: the catalog's database and the file store answer. A bad edit of the models file is shown, but serves on. */
@Readiness
@ApplicationScoped
public class NodeReady implements HealthCheck {
    @Override
    // a constant name in the server's own java: namespace; nothing comes from outside
    @SuppressWarnings("BanJNDI")
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("backfill");
        try {
            NodeHealth node = InitialContext.doLookup(NodeHealth.JNDI_NAME);
            NodeHealth.Report report = node.report();
            report.details().forEach(answer::withData);
            return answer.status(report.ready()).build();
        } catch (NamingException | RuntimeException notThere) {
            return answer.down()
                    .withData("node", String.valueOf(notThere.getMessage()))
                    .build();
        }
    }
}
