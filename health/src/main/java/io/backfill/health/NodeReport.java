package io.backfill.health;

import io.backfill.run.NodeHealth;
import java.util.function.Function;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Looks up the services by their JNDI name and reports their health. Reports a node whose services are unavailable as down. */
final class NodeReport {
    private NodeReport() {}

    // the name is a constant in the java: namespace of the server and contains no external input
    @SuppressWarnings("BanJNDI")
    static HealthCheckResponse of(String name, Function<NodeHealth, NodeHealth.Report> question) {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named(name);
        try {
            NodeHealth.Report report = question.apply(InitialContext.doLookup(NodeHealth.JNDI_NAME));
            report.details().forEach(answer::withData);
            return answer.status(report.up()).build();
        } catch (NamingException | RuntimeException notThere) {
            return answer.down()
                    .withData("node", String.valueOf(notThere.getMessage()))
                    .build();
        }
    }
}
