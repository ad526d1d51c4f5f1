package io.backfill.job;

import io.backfill.ids.BatchId;
import io.backfill.job.runtime.JobRuntime;
import io.backfill.run.BatchRunner;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.ejb.Local;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Properties;

/**
 * The only user of {@link JobOperator}. A session bean, because the server's operator finds its environment through the thread's
 * context class loader, which an EJB call sets to this module's for any calling thread; a CDI call would not.
 */
@Stateless
@Local(BatchRunner.class)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class JobOperatorRunner implements BatchRunner {
    @Inject
    private JobRuntime runtime;

    @Override
    public void start(BatchId batch, long epoch) {
        runtime.operator().start(InferenceJob.NAME, new InferenceJobParameters(batch, epoch).toProperties());
    }

    @Override
    public boolean isRunning(BatchId batch, long epoch) {
        JobOperator operator = runtime.operator();
        Properties wanted = new InferenceJobParameters(batch, epoch).toProperties();
        return executions(operator).stream().anyMatch(execution -> wanted.equals(operator.getParameters(execution)));
    }

    private static List<Long> executions(JobOperator operator) {
        try {
            return operator.getRunningExecutions(InferenceJob.NAME);
        } catch (NoSuchJobException noneStartedYet) {
            return List.of();
        }
    }
}
