package io.backfill.job.runtime;

import jakarta.transaction.TransactionManager;
import java.util.Properties;
import org.jberet.repository.JobRepository;
import org.jberet.spi.ArtifactFactory;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobExecutor;
import org.jberet.spi.JobTask;
import org.jberet.spi.JobXmlResolver;
import org.jberet.tools.MetaInfBatchJobsJobXmlResolver;
import org.jberet.tx.LocalTransactionManager;

/** What JBeret needs from its surroundings. */
final class EmbeddedEnvironment implements BatchEnvironment {
    /** As WildFly names it, by which the history finds its own executions. */
    static final String APPLICATION = "batch-jobs.jar";

    private final ArtifactFactory artifacts;
    private final JobRepository repository;
    private final JobExecutor executor;
    private final JobXmlResolver jobs = new MetaInfBatchJobsJobXmlResolver();

    EmbeddedEnvironment(ArtifactFactory artifacts, JobRepository repository, JobExecutor executor) {
        this.artifacts = artifacts;
        this.repository = repository;
        this.executor = executor;
    }

    /** Returns the class loader of the module that contains the jobs. */
    @Override
    public ClassLoader getClassLoader() {
        return EmbeddedEnvironment.class.getClassLoader();
    }

    @Override
    public ArtifactFactory getArtifactFactory() {
        return artifacts;
    }

    @Override
    public void submitTask(JobTask task) {
        executor.execute(task);
    }

    /** Returns the manager of transactions that exist on their thread only and contain no resource. */
    @Override
    public TransactionManager getTransactionManager() {
        return LocalTransactionManager.getInstance();
    }

    @Override
    public JobRepository getJobRepository() {
        return repository;
    }

    @Override
    public JobXmlResolver getJobXmlResolver() {
        return jobs;
    }

    @Override
    public Properties getBatchConfigurationProperties() {
        return new Properties();
    }

    @Override
    public String getApplicationName() {
        return APPLICATION;
    }
}
