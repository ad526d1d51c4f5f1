package io.backfill.job;

/** The one Java face of {@code META-INF/batch-jobs/inference.xml}: its name, and the exit statuses its steps decide by. */
public final class InferenceJob {
    public static final String NAME = "inference";

    /** Step {@code plan}: the plan is stored, go on to {@code dispatch}. */
    public static final String PLANNED = "PLANNED";

    /** The batch reached its end; so does the job. */
    public static final String ENDED = "ENDED";

    /** Somebody goes on with the batch later: this node is going down, or has lost the lease. */
    public static final String INTERRUPTED = "INTERRUPTED";

    /** This execution has no valid lease: it was started by hand, or its batch moved on. */
    public static final String NOT_LEASE_HOLDER = "NOT_LEASE_HOLDER";

    private InferenceJob() {}
}
