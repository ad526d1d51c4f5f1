package io.backfill.offload;

import io.backfill.batches.BatchSpec;
import io.backfill.plan.Sharding;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Which batches run on the cluster, and how.
 *
 * @param minLines {@code backfill.offload.min-lines}: smaller batches run in the gateway; default 10,000
 * @param linesPerShard {@code backfill.offload.lines-per-shard}: maximum number of lines per pod; default 1000. A batch has at
 *     most {@value #MOST_SHARDS} shards, so those of a very large batch are larger
 * @param maxParallelism {@code backfill.offload.max-parallelism}: pods of a batch that run at the same time; default 8
 * @param maxCapShare {@code backfill.offload.max-cap-share}: share of a model's cap that all Jobs together may hold; default 0.5
 * @param startTimeout {@code backfill.offload.start-timeout}: how long a batch waits for a running pod; default 10 minutes
 * @param onRefusal {@code backfill.offload.on-refusal}: what to do after that time, or if the cluster refuses the Job or gives up
 *     its shards
 * @param batchesMayAsk {@code backfill.offload.api-batches}: whether a batch's metadata may request or decline offloading; default
 *     no
 */
public record OffloadPolicy(
        int minLines,
        int linesPerShard,
        int maxParallelism,
        double maxCapShare,
        Duration startTimeout,
        OnRefusal onRefusal,
        boolean batchesMayAsk) {
    public static final OffloadPolicy DEFAULT =
            new OffloadPolicy(10_000, 1000, 8, 0.5, Duration.ofMinutes(10), OnRefusal.LOCAL, false);

    public static final int MOST_SHARDS = 1000;

    /** What to do with a batch that the cluster does not run. */
    public enum OnRefusal {
        /** The gateway runs the remaining shards. */
        LOCAL,
        /** The batch ends now, as if its window had ended. */
        FAIL,
        /** The batch waits for the cluster until its window ends. */
        WAIT
    }

    public OffloadPolicy {
        if (minLines < 1) {
            throw new IllegalArgumentException("backfill.offload.min-lines must be at least 1, not " + minLines);
        }
        if (linesPerShard < 1) {
            throw new IllegalArgumentException(
                    "backfill.offload.lines-per-shard must be at least 1, not " + linesPerShard);
        }
        if (maxParallelism < 1 || maxParallelism > MOST_SHARDS) {
            throw new IllegalArgumentException(
                    "backfill.offload.max-parallelism must be 1 to " + MOST_SHARDS + ", not " + maxParallelism);
        }
        if (!(maxCapShare > 0 && maxCapShare <= 1)) {
            throw new IllegalArgumentException(
                    "backfill.offload.max-cap-share must be above 0 and at most 1, not " + maxCapShare);
        }
        if (startTimeout.compareTo(Duration.ofSeconds(1)) < 0 || startTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "backfill.offload.start-timeout must be 1 second to 1 day, not " + startTimeout);
        }
    }

    /** Returns how the plan of this batch is cut into shards. */
    public Sharding sharding(BatchSpec batch) {
        return lines -> wants(batch, lines)
                ? OptionalInt.of(Math.max(linesPerShard, Math.ceilDiv(lines, MOST_SHARDS / 2)))
                : OptionalInt.empty();
    }

    private boolean wants(BatchSpec batch, int lines) {
        return batchesMayAsk
                ? batch.offload().map(asked -> asked.equals("true")).orElse(lines >= minLines)
                : lines >= minLines;
    }

    /** Returns how many calls of a model all Jobs together may have open; at least one. */
    public int budget(int cap) {
        return Math.max(1, (int) (cap * maxCapShare));
    }
}
