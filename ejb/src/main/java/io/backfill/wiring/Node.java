package io.backfill.wiring;

import io.backfill.dispatch.metrics.EngineMetricsPoller;
import io.backfill.door.FrontDoor;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.lifecycle.LeaseReleases;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.Metrics;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatches;
import io.backfill.storage.Storage;
import java.nio.file.Path;

/** The parts of a node. */
record Node(
        Settings settings,
        Configs configs,
        Role role,
        String owner,
        DataFolder folder,
        TimeAndIds timeAndIds,
        VirtualThreads threads,
        RunningBatches running,
        Storage storage,
        StoreGuard guard,
        Catalogs catalogs,
        LeaseReleases leaseReturns,
        QueueAndEvents queueAndEvents,
        Path modelsFile,
        YamlModelDirectory models,
        Authentication authentication,
        HeaderKeys headerKeys,
        Metrics metrics,
        CapacityMetrics capacity,
        FrontDoor door,
        Sending sending,
        EngineMetricsPoller engines,
        PartitionOpener partitions,
        Pods pods,
        DispatchPlaces places,
        Lazy<KubernetesCluster> cluster) {}
