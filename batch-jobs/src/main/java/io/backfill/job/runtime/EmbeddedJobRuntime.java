package io.backfill.job.runtime;

import io.backfill.run.JobThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.batch.operations.JobOperator;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.jberet.operations.JobOperatorImpl;
import org.jberet.repository.JdbcRepository;

/**
 * JBeret in the libraries of this application, for servers whose own batch runtime is another one. It works as that of WildFly does:
 * the same history, the same handling of partitions, and artifacts that are beans. It has no transactions of the server, because no
 * step uses one.
 */
@ApplicationScoped
@Typed(EmbeddedJobRuntime.class)
public class EmbeddedJobRuntime implements JobRuntime {
    @Resource(lookup = "java:app/env/jdbc/BackfillJobs")
    private DataSource history;

    @Resource
    private ContextService contexts;

    @Inject
    private BeanManager beans;

    @Inject
    private JobThreads threads;

    private JobOperator operator;

    @PostConstruct
    void start() {
        operator = new JobOperatorImpl(new EmbeddedEnvironment(
                new BeanArtifacts(beans),
                new JdbcRepository(history),
                new EmbeddedExecutor(threads, contexts::contextualRunnable)));
    }

    @Override
    public JobOperator operator() {
        return operator;
    }
}
