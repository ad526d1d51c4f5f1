package io.backfill.job.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.job.InferenceJob;
import io.backfill.testing.SeededIds;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.StepExecution;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.repository.JdbcRepository;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uses the real repository of the batch runtime, and the tables that it creates. */
class JdbcJobHistoryTest {
    private static final String BATCH = SeededIds.batch(1).value();
    private static final Job JOB = new JobBuilder(InferenceJob.NAME).build();

    private final JdbcConnectionPool database = JdbcConnectionPool.create(
            "jdbc:h2:mem:history-" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "jberet", "jberet");
    private final JdbcRepository repository = new JdbcRepository(database);
    private final JdbcJobHistory history = new JdbcJobHistory(database);

    @AfterEach
    void close() {
        assertThat(database.getActiveConnections()).isZero();
        execute("SHUTDOWN");
        database.dispose();
    }

    /** Creates an execution with a step of two partitions, all with this status. */
    private JobExecutionImpl execution(BatchStatus status) {
        return execution(JOB, InferenceJob.APPLICATION, status);
    }

    private JobExecutionImpl execution(Job job, String application, BatchStatus status) {
        JobInstanceImpl instance =
                repository.createJobInstance(job, application, JdbcJobHistoryTest.class.getClassLoader());
        Properties parameters = new Properties();
        parameters.setProperty("batch", BATCH);
        parameters.setProperty("epoch", "3");
        JobExecutionImpl execution = repository.createJobExecution(instance, parameters);
        execution.setBatchStatus(BatchStatus.STARTED);
        repository.updateJobExecution(execution, false, false);
        StepExecutionImpl step = repository.createStepExecution("dispatch");
        step.setBatchStatus(BatchStatus.STARTED);
        repository.addStepExecution(execution, step);
        for (int partition = 0; partition < 2; partition++) {
            PartitionExecutionImpl part = new PartitionExecutionImpl(step);
            part.setPartitionId(partition);
            part.setBatchStatus(status);
            repository.addPartitionExecution(step, part);
        }
        step.setBatchStatus(status);
        repository.updateStepExecution(step);
        execution.setBatchStatus(status);
        execution.setExitStatus(status.name());
        repository.updateJobExecution(execution, true, false);
        return execution;
    }

    private void ended(JobExecutionImpl execution, Instant at) {
        try (Connection connection = database.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE JOB_EXECUTION SET ENDTIME = ? WHERE JOBEXECUTIONID = ?")) {
            update.setTimestamp(1, Timestamp.from(at));
            update.setLong(2, execution.getExecutionId());
            assertThat(update.executeUpdate()).isEqualTo(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private List<String> column(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private int rows(String table) {
        return Integer.parseInt(column("SELECT COUNT(*) FROM " + table).getFirst());
    }

    @Test
    void aRepositoryWithoutTablesShouldBeAnEmptyHistory() {
        JdbcConnectionPool fresh =
                JdbcConnectionPool.create("jdbc:h2:mem:fresh-" + UUID.randomUUID(), "jberet", "jberet");
        try {
            JdbcJobHistory none = new JdbcJobHistory(fresh);
            assertThat(none.closeInterrupted(Instant.now())).isZero();
            assertThat(none.removeEndedBefore(Instant.now(), 10)).isZero();
            assertThat(none.countEndedBefore(Instant.now())).isZero();
        } finally {
            fresh.dispose();
        }
    }

    @Test
    void executionsOfAKilledProcessShouldBeSaidToHaveStopped() {
        JobExecutionImpl killed = execution(BatchStatus.STARTED);
        JobExecutionImpl stopping = execution(BatchStatus.STOPPING);
        JobExecutionImpl completed = execution(BatchStatus.COMPLETED);
        Instant boot = Instant.now().plusMillis(5);

        assertThat(history.closeInterrupted(boot)).isEqualTo(2);
        assertThat(history.closeInterrupted(boot)).isZero();

        // as the batch runtime of the next process sees it
        JdbcRepository next = new JdbcRepository(database);
        assertThat(next.getRunningExecutions(InferenceJob.NAME)).isEmpty();
        for (JobExecutionImpl interrupted : List.of(killed, stopping)) {
            JobExecution seen = next.getJobExecution(interrupted.getExecutionId());
            assertThat(seen.getBatchStatus()).isEqualTo(BatchStatus.STOPPED);
            assertThat(seen.getExitStatus()).isEqualTo(BATCH + " STOPPED the process ended");
            assertThat(seen.getEndTime()).isEqualTo(seen.getLastUpdatedTime());
            assertThat(next.getStepExecutions(
                            interrupted.getExecutionId(), getClass().getClassLoader()))
                    .extracting(StepExecution::getBatchStatus)
                    .containsExactly(BatchStatus.STOPPED);
        }
        assertThat(next.getJobExecution(completed.getExecutionId()).getExitStatus())
                .isEqualTo("COMPLETED");
        assertThat(column("SELECT DISTINCT BATCHSTATUS FROM PARTITION_EXECUTION"))
                .containsExactlyInAnyOrder("STOPPED", "COMPLETED");
    }

    @Test
    void anExecutionWithoutABatchShouldBeClosedToo() {
        JobExecutionImpl byHand = repository.createJobExecution(
                repository.createJobInstance(JOB, "batch-jobs.jar", getClass().getClassLoader()), null);

        assertThat(history.closeInterrupted(Instant.now().plusMillis(5))).isEqualTo(1);

        assertThat(new JdbcRepository(database)
                        .getJobExecution(byHand.getExecutionId())
                        .getExitStatus())
                .isEqualTo("STOPPED the process ended");
    }

    /** Regression: a running execution of another application in the same repository was marked as stopped. */
    @Test
    void executionsOfOtherApplicationsAndJobsShouldBeLeftAlone() {
        Job otherJob = new JobBuilder("nightly").build();
        ended(execution(JOB, "other.war", BatchStatus.COMPLETED), Instant.EPOCH);
        ended(execution(otherJob, InferenceJob.APPLICATION, BatchStatus.COMPLETED), Instant.EPOCH);
        execution(JOB, "other.war", BatchStatus.STARTED);
        execution(otherJob, InferenceJob.APPLICATION, BatchStatus.STARTED);
        List<String> before = column("SELECT CONCAT(JOBEXECUTIONID, BATCHSTATUS, EXITSTATUS) FROM JOB_EXECUTION");
        Instant later = Instant.now().plusSeconds(1);

        assertThat(history.closeInterrupted(later)).isZero();
        assertThat(history.countEndedBefore(later)).isZero();
        assertThat(history.removeEndedBefore(later, 10)).isZero();

        assertThat(column("SELECT CONCAT(JOBEXECUTIONID, BATCHSTATUS, EXITSTATUS) FROM JOB_EXECUTION"))
                .isEqualTo(before);
    }

    @Test
    void executionsOfThisProcessShouldBeLeftAlone() {
        Instant boot = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        JobExecutionImpl running = execution(BatchStatus.STARTED);

        assertThat(history.closeInterrupted(boot)).isZero();

        assertThat(new JdbcRepository(database).getRunningExecutions(InferenceJob.NAME))
                .containsExactly(running.getExecutionId());
    }

    @Test
    void oldExecutionsShouldGoWithAllThatBelongsToThem() {
        Instant now = Instant.now();
        JobExecutionImpl old = execution(BatchStatus.COMPLETED);
        ended(old, now.minus(Duration.ofDays(8)));
        ended(execution(BatchStatus.STOPPED), now.minus(Duration.ofDays(9)));
        JobExecutionImpl young = execution(BatchStatus.FAILED);
        ended(young, now.minus(Duration.ofDays(6)));
        JobExecutionImpl running = execution(BatchStatus.STARTED);
        Instant week = now.minus(Duration.ofDays(7));

        assertThat(history.countEndedBefore(week)).isEqualTo(2);
        assertThat(history.removeEndedBefore(week, 10)).isEqualTo(2);
        assertThat(history.countEndedBefore(week)).isZero();
        assertThat(history.removeEndedBefore(week, 10)).isZero();

        JdbcRepository next = new JdbcRepository(database);
        assertThat(next.getJobExecutionsByJob(InferenceJob.NAME))
                .containsExactlyInAnyOrder(young.getExecutionId(), running.getExecutionId());
        assertThat(next.getJobInstanceCount(InferenceJob.NAME)).isEqualTo(2);
        assertThat(rows("STEP_EXECUTION")).isEqualTo(2);
        assertThat(rows("PARTITION_EXECUTION")).isEqualTo(4);
    }

    @Test
    void aRunningExecutionShouldStayHoweverOldItIs() {
        JobExecutionImpl running = execution(BatchStatus.STARTED);
        ended(running, Instant.now().minus(Duration.ofDays(100)));

        assertThat(history.removeEndedBefore(Instant.now(), 10)).isZero();
    }

    @Test
    void anInstanceShouldStayWhileOneOfItsExecutionsDoes() {
        JobExecutionImpl first = execution(BatchStatus.FAILED);
        JobExecutionImpl again = repository.createJobExecution(first.getJobInstance(), new Properties());
        ended(first, Instant.now().minus(Duration.ofDays(8)));

        assertThat(history.removeEndedBefore(Instant.now().minus(Duration.ofDays(7)), 10))
                .isEqualTo(1);

        JdbcRepository next = new JdbcRepository(database);
        assertThat(next.getJobInstanceCount(InferenceJob.NAME)).isEqualTo(1);
        assertThat(next.getJobExecutionsByJob(InferenceJob.NAME)).containsExactly(again.getExecutionId());
    }

    @Test
    void noMoreThanTheLimitShouldGoAtOnceAndTheOldestFirst() {
        List<JobExecutionImpl> all = IntStream.range(0, 5)
                .mapToObj(n -> execution(BatchStatus.COMPLETED))
                .toList();
        all.forEach(execution -> ended(execution, Instant.now().minus(Duration.ofDays(8))));

        assertThat(history.removeEndedBefore(Instant.now(), 3)).isEqualTo(3);

        assertThat(new JdbcRepository(database).getJobExecutionsByJob(InferenceJob.NAME))
                .containsExactlyInAnyOrder(
                        all.get(3).getExecutionId(), all.get(4).getExecutionId());
    }

    @Test
    void aFailureInTheMiddleShouldLeaveEverythingAsItWas() {
        ended(execution(BatchStatus.COMPLETED), Instant.now().minus(Duration.ofDays(8)));
        // makes the removal of the instance fail, after its execution has been removed
        execute("CREATE TABLE KEEPS (ID BIGINT PRIMARY KEY REFERENCES JOB_INSTANCE (JOBINSTANCEID))");
        execute("INSERT INTO KEEPS SELECT JOBINSTANCEID FROM JOB_INSTANCE");

        assertThatThrownBy(() -> history.removeEndedBefore(Instant.now(), 10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("history");

        assertThat(rows("JOB_EXECUTION")).isEqualTo(1);
        assertThat(rows("PARTITION_EXECUTION")).isEqualTo(2);
    }
}
