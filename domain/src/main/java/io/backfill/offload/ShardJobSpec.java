package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One Job for some partitions of a batch. Its identity, and therefore its {@link #name}, consists of batch and generation only, so
 * that repeated requests from any node create one Job.
 *
 * @param generation 1 to 999; each further Job of a batch, for the partitions that its predecessor left unfinished, has the next
 *     number
 * @param partitions to run, ascending; the pod with completion index {@code i} runs the partition at position {@code i}
 * @param parallelism number of pods that run at the same time, 1 to the number of partitions
 * @param manifestKey key of the worker's manifest in the file store
 * @param backstop time after which the cluster ends the Job by itself, at least a second. The gateway enforces the batch's own
 *     deadline; this covers the case that no gateway is left
 * @param labels additional labels for Job and pods, for example of another queue. Names of Backfill and Kubernetes are ignored.
 *     Must not contain user input
 * @param annotations additional annotations for Job and pods, for example a trace context
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
            throw new IllegalArgumentException("generation must be 1 to " + MOST_GENERATIONS + ", not " + generation);
        }
        if (partitions.isEmpty() || partitions.size() > MOST_PARTITIONS) {
            throw new IllegalArgumentException(
                    "a Job runs 1 to " + MOST_PARTITIONS + " partitions, not " + partitions.size());
        }
        IndexRanges.format(partitions);
        if (parallelism < 1 || parallelism > partitions.size()) {
            throw new IllegalArgumentException("parallelism must be from 1 to the number of partitions, "
                    + partitions.size() + ", not " + parallelism);
        }
        if (manifestKey.isBlank()) {
            throw new IllegalArgumentException("the manifest key is missing");
        }
        if (backstop.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("the backstop must be at least a second, not " + backstop);
        }
    }

    /**
     * Returns the name of the Job on the cluster. It has at most 52 characters, because a pod's host name is this name and its
     * index.
     */
    public String name() {
        return name(batch, generation);
    }

    /** Returns the name on the cluster of the Job of this batch and generation. */
    public static String name(BatchId batch, int generation) {
        return "backfill-" + batch.value().substring(BatchId.PREFIX.length()) + "-g" + generation;
    }
}
