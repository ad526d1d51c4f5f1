package io.backfill.run;

import java.util.Map;

/** Whether this node lives and can serve, asked from outside of its services. Answers at once, whatever hangs. */
public interface NodeHealth {
    /** Where the services offer it; portable, as an EAR and a module of these names make it. */
    String JNDI_NAME = "java:global/backfill/ejb/LastKnownHealth!io.backfill.run.NodeHealth";

    /** Whether it can serve, as the last evaluation found. */
    Report readiness();

    /** Whether its background work still goes on. A restart mends what is reported here, and nothing else is. */
    Report liveness();

    /**
     * What was found.
     *
     * @param details for people, by short names
     */
    record Report(boolean up, Map<String, String> details) {
        public Report {
            details = Map.copyOf(details);
        }
    }
}
