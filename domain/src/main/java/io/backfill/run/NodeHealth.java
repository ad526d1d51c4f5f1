package io.backfill.run;

import java.util.Map;

/** Whether this node can serve, asked from outside of its services. */
public interface NodeHealth {
    /** Where the services offer it; portable, as an EAR and a module of these names make it. */
    String JNDI_NAME = "java:global/backfill/ejb/DatabaseAndStoreHealth!io.backfill.run.NodeHealth";

    /** Asks database and store; takes as long as they take to answer, or to be given up. */
    Report report();

    /**
     * What was found.
     *
     * @param details for people, by short names
     */
    record Report(boolean ready, Map<String, String> details) {
        public Report {
            details = Map.copyOf(details);
        }
    }
}
