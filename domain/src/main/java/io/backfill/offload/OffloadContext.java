package io.backfill.offload;

import io.backfill.fair.ShareTable;
import io.backfill.files.FileStore;
import io.backfill.models.ModelDirectory;
import io.backfill.results.ResultLogs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The port to the cluster and the other dependencies of a leader.
 *
 * @param modelsText returns the content of the models file, for the pods
 * @param podGrace how long a pod that is being ended may still run
 */
public record OffloadContext(
        ShardJobs jobs,
        FileStore store,
        ResultLogs logs,
        ShareTable shares,
        ModelDirectory models,
        Supplier<String> modelsText,
        OffloadPolicy policy,
        Duration podGrace,
        OffloadObserver observer,
        InstantSource time,
        LongSupplier nanoTime) {}
