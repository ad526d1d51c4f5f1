package io.backfill.job.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.job.InferenceJob;
import io.backfill.run.JobThreads;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jberet.creation.BatchCDIExtension;
import org.jberet.operations.JobOperatorImpl;
import org.jberet.repository.JdbcRepository;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job in the embedded batch runtime, with a container of beans and a database, and with two threads. */
class EmbeddedEnvironmentTest {
    private static final int THREADS = 2;

    private final JdbcConnectionPool database = JdbcConnectionPool.create(
            "jdbc:h2:mem:embedded-" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "jberet", "jberet");
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final WeldContainer beans = new Weld()
            .disableDiscovery()
            .beanClasses(CountingBatchlet.class)
            .addExtension(new BatchCDIExtension())
            .initialize();
    private final JobOperator operator = new JobOperatorImpl(new EmbeddedEnvironment(
            new BeanArtifacts(beans.getBeanManager()),
            new JdbcRepository(database),
            new EmbeddedExecutor(new JobThreads(pool, THREADS), UnaryOperator.identity())));

    @BeforeEach
    void forget() {
        CountingBatchlet.RAN.clear();
        CountingBatchlet.DESTROYED.set(0);
        CountingBatchlet.gate = new CountDownLatch(0);
    }

    @AfterEach
    void close() {
        CountingBatchlet.gate.countDown();
        pool.shutdown();
        beans.close();
        database.dispose();
    }

    @Test
    void morePartitionsThanThreadsShouldAllRunAndTheirArtifactsBeDestroyed() {
        long execution = operator.start("counting", new Properties());

        awaitStatus(execution, BatchStatus.COMPLETED);
        assertThat(CountingBatchlet.RAN).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
        assertThat(CountingBatchlet.DESTROYED).hasValue(5);
    }

    @Test
    void anExecutionShouldBeFoundWhileItRuns() {
        CountingBatchlet.gate = new CountDownLatch(1);
        Properties parameters = new Properties();
        parameters.setProperty("batch", "batch_1");
        long execution = operator.start("counting", parameters);

        assertThat(operator.getRunningExecutions("counting")).containsExactly(execution);
        assertThat(operator.getParameters(execution)).isEqualTo(parameters);

        CountingBatchlet.gate.countDown();
        awaitStatus(execution, BatchStatus.COMPLETED);
        assertThat(operator.getRunningExecutions("counting")).isEmpty();
    }

    @Test
    void theHistoryShouldOutliveTheRuntime() {
        long execution = operator.start("counting", new Properties());
        awaitStatus(execution, BatchStatus.COMPLETED);

        JdbcRepository next = new JdbcRepository(database);

        assertThat(next.getJobExecution(execution).getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(next.getJobExecutionsByJob("counting")).isEqualTo(List.of(execution));
    }

    @Test
    void theHistoryShouldFindTheExecutionsOfTheEmbeddedRuntime() {
        assertThat(EmbeddedEnvironment.APPLICATION).isEqualTo(InferenceJob.APPLICATION);
    }

    private void awaitStatus(long execution, BatchStatus status) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> operator.getJobExecution(execution).getBatchStatus() == status);
    }
}
