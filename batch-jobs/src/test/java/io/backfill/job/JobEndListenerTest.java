package io.backfill.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortSignal;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.run.JobEndObserver;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RecordedLog;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import jakarta.batch.runtime.context.JobContext;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jberet.job.model.JobBuilder;
import org.jberet.repository.JdbcRepository;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobEndListenerTest {
    private static final long EXECUTION = 7;

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final RunningBatches running = new RunningBatches();
    private final List<String> exits = new ArrayList<>();
    private final List<String> reported = new ArrayList<>();

    /** Uses the real history of the batch runtime, because its columns have a maximum size. */
    @Test
    void anEndWithALongReasonShouldBeWrittenIntoTheHistory() throws Exception {
        RunningBatch held = held();
        held.failed(new IOException("the store failed: " + "x".repeat(3000)));

        listener(held, EXECUTION).afterJob();

        JdbcConnectionPool database = JdbcConnectionPool.create(
                "jdbc:h2:mem:ends-" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "jberet", "jberet");
        try {
            JdbcRepository repository = new JdbcRepository(database);
            JobExecutionImpl execution = repository.createJobExecution(
                    repository.createJobInstance(
                            new JobBuilder(InferenceJob.NAME).build(),
                            "batch-jobs.jar",
                            JobEndListenerTest.class.getClassLoader()),
                    null);
            execution.setExitStatus(exits.getFirst());
            repository.updateJobExecution(execution, true, false);
        } finally {
            database.dispose();
        }
        assertThat(exits.getFirst())
                .startsWith(held.id() + " Error: the store failed: xxx")
                .hasSizeLessThanOrEqualTo(512);
        assertThat(reported).hasSize(1).allMatch(exitStatus -> exitStatus.startsWith("Error: the store failed: xxx"));
    }

    @Test
    void anExecutionBesideTheOneThatRunsTheBatchShouldReportNoEnd() throws Exception {
        RunningBatch held = held();
        held.admits(EXECUTION);

        listener(held, EXECUTION + 1).afterJob();

        assertThat(exits).containsExactly(held.id() + " NOT_LEASE_HOLDER another execution runs this batch");
        assertThat(reported).isEmpty();

        listener(held, EXECUTION).afterJob();

        assertThat(exits).last().isEqualTo(held.id() + " STOPPED by the batch runtime");
        assertThat(reported).containsExactly("STOPPED by the batch runtime");
    }

    @Test
    void aRunningExecutionShouldNameItsBatch() throws Exception {
        RunningBatch held = held();

        listener(held, EXECUTION).beforeJob();

        assertThat(exits).containsExactly(held.id() + " RUNNING");
        assertThat(reported).isEmpty();
    }

    @Test
    void anExecutionWithAnOldEpochShouldReportNoEnd() throws Exception {
        RunningBatch held = held();
        String old = String.valueOf(held.epoch() - 1);

        listener(held.id().value(), old, EXECUTION).afterJob();

        assertThat(exits)
                .containsExactly(held.id() + " NOT_LEASE_HOLDER this node does not hold the lease of epoch " + old);
        assertThat(reported).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        ", 1",
        "batch_00000000000000000000000000000001, ",
        "'', ''",
        "batch_1, 1",
        "batch_00000000000000000000000000000001, one"
    })
    void anExecutionWithoutUsableParametersShouldBeRefusedWithASentence(@Nullable String batch, @Nullable String epoch)
            throws Exception {
        try (RecordedLog log = new RecordedLog("io.backfill.job")) {
            JobEndListener listener = listener(batch, epoch, EXECUTION);
            listener.beforeJob();
            listener.afterJob();

            assertThat(log.messages())
                    .containsExactly("BF010001: Job execution 7 did nothing: REFUSED only Backfill starts this job");
        }
        assertThat(exits).containsExactly("REFUSED only Backfill starts this job");
        assertThat(reported).isEmpty();
    }

    private RunningBatch held() {
        BatchSpec spec = new BatchSpec(
                SeededIds.file(1).value(),
                "/v1/chat/completions",
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.empty(),
                Optional.empty());
        Batch batch = Batch.created(SeededIds.batch(1), TenantId.DEFAULT, spec, time.instant(), SealedHeaders.NONE);
        catalog.insert(batch);
        Duration lease = Duration.ofSeconds(20);
        RunningBatch held = new RunningBatch(
                catalog.claim(batch.id(), "node/1", lease).orElseThrow(),
                Map.of(),
                new LeaseHold(time, time.getAsLong(), lease),
                new AbortSignal(time),
                2);
        running.add(held);
        return held;
    }

    private JobEndListener listener(RunningBatch held, long execution) throws ReflectiveOperationException {
        return listener(held.id().value(), String.valueOf(held.epoch()), execution);
    }

    private JobEndListener listener(@Nullable String batch, @Nullable String epoch, long execution)
            throws ReflectiveOperationException {
        JobContext context = (JobContext) Proxy.newProxyInstance(
                JobEndListenerTest.class.getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("setExitStatus")) {
                        exits.add((String) arguments[0]);
                    }
                    return method.getName().equals("getExecutionId") ? execution : null;
                });
        JobEndObserver observer = (id, number, exitStatus) -> reported.add(exitStatus);
        JobEndListener listener = new JobEndListener();
        inject(listener, "batch", batch);
        inject(listener, "epoch", epoch);
        inject(listener, "context", context);
        inject(listener, "runningBatches", running);
        inject(listener, "batches", catalog);
        inject(listener, "observer", observer);
        return listener;
    }

    private static void inject(JobEndListener listener, String field, @Nullable Object value)
            throws ReflectiveOperationException {
        Field declared = JobEndListener.class.getDeclaredField(field);
        declared.setAccessible(true);
        declared.set(listener, value);
    }
}
