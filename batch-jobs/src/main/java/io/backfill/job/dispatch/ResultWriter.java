package io.backfill.job.dispatch;

import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records how far the result log has been forced to disk; the lines themselves were logged when their calls ended. An
 * unannounced write means that the runtime is stopping the job: in that case open calls get their grace here.
 *
 * <p>Each write shows how many lines are done in the exit statuses of the partition, which the runtime stores with its checkpoint
 * anyway, and of the execution, which the runtime keeps in memory until the execution ends.
 */
@Named
@Dependent
public class ResultWriter implements ItemWriter {
    @Inject
    private StepContext context;

    private long recorded;

    @Override
    public void open(@Nullable Serializable checkpoint) {
        // the reader has opened the log for both
    }

    @Override
    public void writeItems(List<Object> finished) throws IOException, InterruptedException {
        PartitionWork work = PartitionWork.of(context);
        recorded = work.takeAnnouncement() ? work.run().record() : work.run().stop();
        context.setExitStatus(work.running().progressOf(work.run().model()).text());
        work.running().showProgress();
    }

    /** Returns the sequence number of the checkpoint in the store, for operators only. */
    @Override
    public Serializable checkpointInfo() {
        return recorded;
    }

    @Override
    public void close() throws IOException {
        // something else if the reader could not open the partition
        if (context.getTransientUserData() instanceof PartitionWork work) {
            work.run().close();
        }
    }
}
