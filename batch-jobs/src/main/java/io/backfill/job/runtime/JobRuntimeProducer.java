package io.backfill.job.runtime;

import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Produces the batch runtime that the application's descriptor selects. */
@Dependent
public class JobRuntimeProducer {
    /** The value for the server's own batch runtime, which must be JBeret. */
    static final String SERVER = "server";

    /** The value for JBeret in the libraries of the application. */
    static final String EMBEDDED = "embedded";

    @Resource(lookup = "java:app/env/backfill/JobRuntime")
    private String selected;

    @Produces
    @Singleton
    JobRuntime jobRuntime(Instance<EmbeddedJobRuntime> embedded) {
        return switch (selected) {
            // looked up for each call, because it depends on the thread's context class loader
            case SERVER -> BatchRuntime::getJobOperator;
            case EMBEDDED -> embedded.get();
            default ->
                throw new IllegalStateException("the entry backfill/JobRuntime of application.xml must be " + SERVER
                        + " or " + EMBEDDED + ", not " + selected);
        };
    }
}
