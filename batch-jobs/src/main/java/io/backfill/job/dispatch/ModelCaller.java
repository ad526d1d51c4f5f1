package io.backfill.job.dispatch;

import io.backfill.run.PartitionRun;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries into the window, where workers call the model, and does not wait for them; on a tick, waits briefly for
 * results. The result of processing is the number of lines finished since the previous call.
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
            case PartitionRun.Next.Tick _ -> run.awaitFinished();
            case PartitionRun.Next.End _ -> 0;
        };
        return finished == 0 ? null : finished;
    }
}
