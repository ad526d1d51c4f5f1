package io.backfill.job;

/**
 * The Java constants for {@code META-INF/batch-jobs/inference.xml}: the name of the job and the exit statuses on which its
 * steps branch.
 */
public final class InferenceJob {
    public static final String NAME = "inference";

    /** The application to which the batch runtime's history assigns the executions: the module that starts them. */
    public static final String APPLICATION = "batch-jobs.jar";

    /** Step {@code plan}: the plan is stored; continue with decision {@code place}. */
    public static final String PLANNED = "PLANNED";

    /** Decision {@code place}: this node dispatches the batch now. */
    public static final String PLACE = "PLACE";

    /** Decision {@code place}: nothing is to be sent; continue with step {@code assemble}. */
    public static final String SETTLED = "SETTLED";

    /** Decision {@code place}: the batch waits in the catalog, and another execution dispatches it. */
    public static final String WAIT = "WAIT";

    /** The batch has ended, and so does the job. */
    public static final String ENDED = "ENDED";

    /** Another execution resumes the batch later: this node is shutting down, has lost the lease or yields to other batches. */
    public static final String INTERRUPTED = "INTERRUPTED";

    /**
     * This execution may not work on the batch: it was started by hand, or another node has claimed the batch. Also in the exit
     * status of the job.
     */
    public static final String NOT_LEASE_HOLDER = "NOT_LEASE_HOLDER";

    private InferenceJob() {}
}
