package io.backfill.job;

/** The one Java face of {@code META-INF/batch-jobs/inference.xml}: its name, and the exit statuses its steps decide by. */
public final class InferenceJob {
    public static final String NAME = "inference";

    /** Step {@code plan}: the plan is stored, go on to the decision {@code place}. */
    public static final String PLANNED = "PLANNED";

    /** Decision {@code place}: this node dispatches the batch now. */
    public static final String PLACE = "PLACE";

    /** Decision {@code place}: nothing is to be sent, go on to {@code assemble}. */
    public static final String SETTLED = "SETTLED";

    /** Decision {@code place}: the batch waits in the catalog; another execution dispatches it. */
    public static final String WAIT = "WAIT";

    /** The batch reached its end; so does the job. */
    public static final String ENDED = "ENDED";

    /** Somebody goes on with the batch later: this node is going down, or has lost the lease. */
    public static final String INTERRUPTED = "INTERRUPTED";

    /** This execution has no valid lease: it was started by hand, or its batch moved on. */
    public static final String NOT_LEASE_HOLDER = "NOT_LEASE_HOLDER";

    private InferenceJob() {}
}
