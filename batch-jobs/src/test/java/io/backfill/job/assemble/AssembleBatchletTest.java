package io.backfill.job.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.SealedHeaders;
import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.Planner;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.run.LeaseHold;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.traces.BatchTraces;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AssembleBatchletTest {
    private static final BatchId BATCH = SeededIds.batch(1);
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final int LINES = 5;

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final BatchLifecycle lifecycle = new BatchLifecycle(catalog, time);
    private final MemoryFileStore store = new MemoryFileStore();
    private final RunningBatches running = new RunningBatches();

    /** Logs that cannot be opened, as when they have fewer bytes than their checkpoint records. */
    private final ResultLogs damaged = new ResultLogs() {
        @Override
        public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
            throw new IOException("the log is damaged");
        }

        @Override
        public Checkpoint newest(BatchId batch, int partition) {
            return Checkpoint.NONE;
        }
    };

    @BeforeEach
    void planned() throws IOException {
        BatchSpec spec = new BatchSpec(
                SeededIds.file(1).value(),
                "/v1/chat/completions",
                CompletionWindow.parse("24h").orElseThrow(),
                Optional.empty(),
                Optional.empty());
        catalog.insert(Batch.created(BATCH, TenantId.DEFAULT, spec, time.instant(), SealedHeaders.NONE));
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= LINES; i++) {
            input.append(
                    "{\"custom_id\":\"r-" + i
                            + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[]}}\n");
        }
        store.put("files/in", input.toString());
        assertThat(new Planner(store, PlanConfig.DEFAULT, path -> true, model -> true)
                        .plan(BATCH, "/v1/chat/completions", "files/in", PlanOrder.FILE, () -> false))
                .isNotNull();
        lifecycle.apply(row(), new BatchEvent.Planned(LINES, Optional.of("m")));
        store.put(ResultLogs.folder(BATCH, 0) + "/e000001-s0001.out", result(2) + result(4));
        catalog.recordProgress(BATCH, 0, new RequestCounts(LINES, 3, 0), Optional.empty());
    }

    @Test
    void aDamagedLogShouldKeepTheBatchOpen() throws Exception {
        AssembleBatchlet step = step();

        assertThatThrownBy(step::process).isInstanceOf(IOException.class).hasMessageContaining("the log is damaged");
        assertThat(row().status()).isEqualTo(BatchStatus.CANCELLING);
    }

    @Test
    void anOperatorsOrderShouldEndItWithWhatCanBeRead() throws Exception {
        assertThat(catalog.settle(BATCH)).isTrue();

        assertThat(step().process()).isEqualTo("ENDED");

        Batch ended = row();
        assertThat(ended.status()).isEqualTo(BatchStatus.CANCELLED);
        assertThat(ended.counts()).isEqualTo(new RequestCounts(LINES, 2, 0));
        String output = store.text("files/" + ended.outputFile().orElseThrow().value());
        String errors = store.text("files/" + ended.errorFile().orElseThrow().value());
        for (int line = 1; line <= LINES; line++) {
            String id = "\"custom_id\":\"r-" + line + "\"";
            assertThat(Stream.of(output, errors).flatMap(String::lines).filter(text -> text.contains(id)))
                    .hasSize(1);
        }
        assertThat(errors).contains("batch_settled");
    }

    private Batch row() {
        return catalog.find(BATCH).orElseThrow();
    }

    private static String result(int line) {
        return "{\"id\":\"" + LineId.of(BATCH, line) + "\",\"custom_id\":\"r-" + line
                + "\",\"response\":{\"status_code\":200,\"request_id\":\"r\",\"body\":{}},\"error\":null}\n";
    }

    /** Returns the step of an execution that was aborted by a cancel. */
    private AssembleBatchlet step() throws ReflectiveOperationException {
        lifecycle.apply(row(), new BatchEvent.CancelRequested());
        Batch claimed = catalog.claim(BATCH, "node/1", LEASE).orElseThrow();
        AbortSignal abort = new AbortSignal(time);
        abort.trip(AbortCause.CANCEL);
        running.add(new RunningBatch(claimed, Map.of(), new LeaseHold(time, time.getAsLong(), LEASE), abort, 2));
        AssembleBatchlet step = new AssembleBatchlet();
        inject(step, "batch", BATCH.value());
        inject(step, "epoch", String.valueOf(claimed.lease().epoch()));
        inject(step, "runningBatches", running);
        inject(step, "batches", catalog);
        inject(step, "lifecycle", lifecycle);
        inject(step, "store", store);
        inject(step, "logs", damaged);
        inject(step, "traces", BatchTraces.NONE);
        inject(step, "ids", SeededIds.of(time, 1));
        inject(step, "time", time);
        return step;
    }

    private static void inject(AssembleBatchlet step, String field, Object value) throws ReflectiveOperationException {
        Field declared = AssembleBatchlet.class.getDeclaredField(field);
        declared.setAccessible(true);
        declared.set(step, value);
    }
}
