package io.backfill.run;

import java.util.Map;

/** The health of this node, as queried from outside of its services. Returns immediately, even if other parts of the node hang. */
public interface NodeHealth {
    /** Portable JNDI name of the implementation, which follows from the names of the EAR and its module. */
    String JNDI_NAME = "java:global/backfill/ejb/LastKnownHealth!io.backfill.run.NodeHealth";

    /** Returns whether the node can serve, according to the last evaluation. */
    Report readiness();

    /** Returns whether the background work is progressing. Reports only failures that a restart can repair. */
    Report liveness();

    /**
     * Result of a check.
     *
     * @param details for operators, by short names
     */
    record Report(boolean up, Map<String, String> details) {
        public Report {
            details = Map.copyOf(details);
        }
    }
}
