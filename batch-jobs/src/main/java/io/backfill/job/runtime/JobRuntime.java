package io.backfill.job.runtime;

import jakarta.batch.operations.JobOperator;

/** The batch runtime that runs the jobs of this node. */
public interface JobRuntime {
    /** Returns the operator that starts and finds executions. To be called from a session bean of this module. */
    JobOperator operator();
}
