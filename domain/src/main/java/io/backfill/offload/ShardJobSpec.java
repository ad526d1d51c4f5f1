package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One Job for some partitions of a batch. Batch and generation are its identity: they alone make its {@link #name}, so that
 * asking twice, from whatever node, makes one Job.
 *
 * @param generation from 1; a batch's next Job, for the partitions that its last one left, has the next number. At most 999
 * @param partitions that it runs, ascending; the pod with completion index {@code i} runs the partition at place {@code i}
 * @param parallelism pods at a time, 1 to the number of partitions
 * @param manifestKey where in the file store the worker's manifest is
 * @param backstop after which the cluster ends the Job by itself, at least a second. The batch's own deadline is watched by the
 *     gateway; this is for the case that no gateway is left
 * @param labels more labels for Job and pods, such as another queue; names of our own and of Kubernetes are not taken from here.
 *     Nothing that a user wrote
 * @param annotations more annotations for Job and pods, such as a trace context
 */
public record ShardJobSpec(
        BatchId batch,
        int generation,
        List<Integer> partitions,
        int parallelism,
        String manifestKey,
        Duration backstop,
        Map<String, String> labels,
        Map<String, String> annotations) {
    public static final int MOST_PARTITIONS = 10_000;
    static final int MOST_GENERATIONS = 999;

    public ShardJobSpec {
        partitions = List.copyOf(partitions);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        if (generation < 1 || generation > MOST_GENERATIONS) {
            throw new IllegalArgumentException("a generation is 1 to " + MOST_GENERATIONS + ", not " + generation);
        }
        if (partitions.isEmpty() || partitions.size() > MOST_PARTITIONS) {
            throw new IllegalArgumentException(
                    "a Job runs 1 to " + MOST_PARTITIONS + " partitions, not " + partitions.size());
        }
        IndexRanges.format(partitions);
        if (parallelism < 1 || parallelism > partitions.size()) {
            throw new IllegalArgumentException("pods at a time must be 1 to the number of partitions, "
                    + partitions.size() + ", not " + parallelism);
        }
        if (manifestKey.isBlank()) {
            throw new IllegalArgumentException("the key of the worker's manifest is missing");
        }
        if (backstop.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("the backstop must be at least a second, not " + backstop);
        }
    }

    /** What the cluster calls the Job. At most 52 characters: a pod's host name is this and its index. */
    public String name() {
        return name(batch, generation);
    }

    /** What the cluster calls the Job of this batch and generation. */
    public static String name(BatchId batch, int generation) {
        return "backfill-" + batch.value().substring(BatchId.PREFIX.length()) + "-g" + generation;
    }
}
