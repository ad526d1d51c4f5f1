package io.backfill.k8s;

import io.backfill.ids.BatchId;
import io.backfill.offload.ShardJobSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Settings and specifications of Jobs that tests share. */
final class Offloads {
    static final String NAMESPACE = "backfill-jobs";
    static final String IMAGE = "registry.example/backfill/worker:1.2.3";
    static final String MANIFEST = "batches/batch_x/worker-1.json";
    static final BatchId BATCH = batch(1);

    private Offloads() {}

    static BatchId batch(int number) {
        return new BatchId("batch_0123456789abcdef%016x".formatted(number));
    }

    static OffloadConfig config() {
        return config(List.of(), "");
    }

    /** Returns a configuration in which pods run {@code command}. */
    static OffloadConfig config(List<String> command, String podTemplate) {
        return config(worker(command), podTemplate);
    }

    static OffloadConfig config(WorkerConfig worker, String podTemplate) {
        return new OffloadConfig(
                NAMESPACE, "gateway-a", worker, podTemplate, 2, Duration.ofHours(1), "", "", Map.of(), Map.of());
    }

    static WorkerConfig worker(List<String> command) {
        return new WorkerConfig(
                IMAGE,
                "",
                List.of(),
                command,
                Map.of("BACKFILL_S3_BUCKET", "batches", "BACKFILL_S3_ENDPOINT", "http://s3.storage:9000"),
                "",
                WorkerConfig.Resources.DEFAULT,
                Duration.ofSeconds(5));
    }

    static ShardJobSpec spec(BatchId batch, int generation, int parallelism, Integer... partitions) {
        return new ShardJobSpec(
                batch,
                generation,
                List.of(partitions),
                parallelism,
                MANIFEST,
                Duration.ofHours(24),
                Map.of(),
                Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    }

    /** Returns a specification for the partitions 0 to {@code count - 1}. */
    static ShardJobSpec shards(BatchId batch, int count, int parallelism) {
        return spec(batch, 1, parallelism, IntStream.range(0, count).boxed().toArray(Integer[]::new));
    }
}
