package io.backfill.worker;

import io.backfill.ids.BatchId;
import io.backfill.job.InferenceJobParameters;
import io.backfill.job.dispatch.ModelCaller;
import io.backfill.job.dispatch.PlanReader;
import io.backfill.job.dispatch.ResultWriter;
import io.backfill.job.dispatch.TimedCheckpoint;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.StepExecution;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jberet.creation.BatchCDIExtension;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jboss.weld.bootstrap.api.helpers.RegistrySingletonProvider;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;

/**
 * The only execution of job {@code shard} in this process, with the batch runtime outside of a server. Nothing is looked up on the
 * class path: the container is given the four artifacts of the chunk and the beans they inject.
 */
final class ShardJob implements AutoCloseable {
    /** The name of the job in {@code META-INF/batch-jobs/shard.xml}. */
    static final String NAME = "shard";

    static final String PARTITION = "partition";

    private final WeldContainer container;
    private final JobOperator operator;
    private final long execution;

    private ShardJob(WeldContainer container, JobOperator operator, long execution) {
        this.container = container;
        this.operator = operator;
        this.execution = execution;
    }

    /** Starts the job. May be called at most once per process. */
    static ShardJob start(PodBeans beans, BatchId batch, long epoch, int partition) {
        // the batch runtime looks up a container of this name before it creates one
        WeldContainer container = new Weld(RegistrySingletonProvider.STATIC_INSTANCE)
                .disableDiscovery()
                .beanClasses(PlanReader.class, ModelCaller.class, ResultWriter.class, TimedCheckpoint.class)
                // without discovery no extensions are found: this one creates the contexts of job and step
                .addExtension(new BatchCDIExtension())
                .addExtension(beans)
                // the shutdown hook would close the container at SIGTERM, while calls are open
                .property(Weld.SHUTDOWN_HOOK_SYSTEM_PROPERTY, false)
                .initialize();
        Properties parameters = new Properties();
        parameters.setProperty(InferenceJobParameters.BATCH, batch.value());
        parameters.setProperty(InferenceJobParameters.EPOCH, Long.toString(epoch));
        parameters.setProperty(PARTITION, Integer.toString(partition));
        JobOperator operator = BatchRuntime.getJobOperator();
        return new ShardJob(container, operator, operator.start(NAME, parameters));
    }

    /** Waits for the end without a time-out. */
    BatchStatus awaitEnd() throws InterruptedException {
        if (operator.getJobExecution(execution) instanceof JobExecutionImpl running) {
            running.awaitTermination(0, TimeUnit.SECONDS);
        }
        return operator.getJobExecution(execution).getBatchStatus();
    }

    /** Returns the exception of a failed step, if there is one. */
    Optional<Exception> failure() {
        for (StepExecution step : operator.getStepExecutions(execution)) {
            if (step instanceof StepExecutionImpl ran && ran.getException() != null) {
                return Optional.of(ran.getException());
            }
        }
        return Optional.empty();
    }

    /** Requests a stop of the execution. Returns at once. */
    void stop() {
        try {
            operator.stop(execution);
        } catch (JobExecutionNotRunningException ended) {
            // already ended
        }
    }

    @Override
    public void close() {
        container.close();
    }
}
