package io.backfill.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Lease;
import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.job.InferenceJob;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import jakarta.batch.runtime.context.JobContext;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Executions that were started by hand. Their step has no catalog, store or planner here, so it would fail if it used one. */
class PlanBatchletTest {
    private static final String BATCH = SeededIds.batch(1).value();

    private final SettableTime time = SettableTime.standing();
    private final RunningBatches running = new RunningBatches();

    @Test
    void anExecutionBesideTheOneThatRunsTheBatchShouldDoNothing() throws Exception {
        RunningBatch held = held();
        held.admits(7);
        PlanBatchlet step = step(BATCH, "4", 8);

        assertThat(step.process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
        step.stop();

        assertThat(held.abort().isTripped()).isFalse();
        assertThat(held.whyFailed()).isEmpty();
    }

    @Test
    void theExecutionThatRunsTheBatchShouldStopIt() throws Exception {
        RunningBatch held = held();
        held.admits(7);

        step(BATCH, "4", 7).stop();

        assertThat(held.abort().cause()).contains(AbortCause.SHUTDOWN);
    }

    @Test
    void anExecutionWithoutUsableParametersShouldDoNothing() throws Exception {
        held();

        assertThat(step(null, null, 8).process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
        assertThat(step("", "", 8).process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
        assertThat(step("a batch", "4", 8).process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
        assertThat(step(BATCH, "four", 8).process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
        assertThat(step(BATCH, "3", 8).process()).isEqualTo(InferenceJob.NOT_LEASE_HOLDER);
    }

    private RunningBatch held() {
        BatchSpec spec = new BatchSpec(
                SeededIds.file(1).value(),
                "/v1/chat/completions",
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.empty(),
                Optional.empty());
        Duration lease = Duration.ofSeconds(20);
        Batch batch = Batch.created(SeededIds.batch(1), TenantId.DEFAULT, spec, time.instant(), SealedHeaders.NONE)
                .withLease(new Lease("node/1", 4, time.instant().plus(lease)));
        RunningBatch held =
                new RunningBatch(batch, Map.of(), new LeaseHold(time, time.getAsLong(), lease), new AbortSignal(time));
        running.add(held);
        return held;
    }

    private PlanBatchlet step(@Nullable String batch, @Nullable String epoch, long execution)
            throws ReflectiveOperationException {
        JobContext context = (JobContext) Proxy.newProxyInstance(
                PlanBatchletTest.class.getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> method.getName().equals("getExecutionId") ? execution : null);
        PlanBatchlet step = new PlanBatchlet();
        inject(step, "batch", batch);
        inject(step, "epoch", epoch);
        inject(step, "context", context);
        inject(step, "runningBatches", running);
        return step;
    }

    private static void inject(PlanBatchlet step, String field, @Nullable Object value)
            throws ReflectiveOperationException {
        Field declared = PlanBatchlet.class.getDeclaredField(field);
        declared.setAccessible(true);
        declared.set(step, value);
    }
}
