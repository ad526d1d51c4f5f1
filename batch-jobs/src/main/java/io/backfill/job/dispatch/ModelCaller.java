package io.backfill.job.dispatch;

import io.backfill.run.PartitionRun;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries into the window, where workers call the model, and never waits for them; on a tick waits a moment for results.
 * What it hands on is how many lines were finished since the last time.
 */
@Named
@Dependent
public class ModelCaller implements ItemProcessor {
    @Inject
    private StepContext context;

    @Override
    public @Nullable Object processItem(Object item) throws InterruptedException {
        PartitionRun run = PartitionWork.of(context).run();
        int finished = switch ((PartitionRun.Next) item) {
            case PartitionRun.Next.Entries next -> {
                run.put(next.entries());
                yield run.takeFinished();
            }
            case PartitionRun.Next.Tick tick -> run.awaitFinished();
            case PartitionRun.Next.End end -> 0;
        };
        return finished == 0 ? null : finished;
    }
}
