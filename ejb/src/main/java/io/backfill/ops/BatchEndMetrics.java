package io.backfill.ops;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchStatus;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** Counts batches when they end on this node. A gauge would have to read the catalog, which may contain millions of them. */
public final class BatchEndMetrics implements Consumer<Batch> {
    private final Map<BatchStatus, Counter> ends = new EnumMap<>(BatchStatus.class);

    public BatchEndMetrics(MetricRegistry registry) {
        for (BatchStatus status : BatchStatus.values()) {
            if (status.terminal()) {
                ends.put(
                        status,
                        registry.counter(
                                Metrics.described("backfill_batches_ended", "Batches that ended on this node"),
                                new Tag("status", status.wireName())));
            }
        }
    }

    @Override
    public void accept(Batch ended) {
        Counter counter = ends.get(ended.status());
        if (counter != null) {
            counter.inc();
        }
    }
}
