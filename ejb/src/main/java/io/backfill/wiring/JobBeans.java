package io.backfill.wiring;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLifecycle;
import io.backfill.decompression.StreamDecompression;
import io.backfill.dispatch.DispatchConfig;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.ids.IdGenerator;
import io.backfill.lifecycle.BatchHandback;
import io.backfill.lifecycle.SpentBudgets;
import io.backfill.offload.Offload;
import io.backfill.plan.PlanInputs;
import io.backfill.plan.Planner;
import io.backfill.results.ResultLogs;
import io.backfill.run.DispatchPlaces;
import io.backfill.run.JobEndObserver;
import io.backfill.run.JobThreads;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatches;
import io.backfill.traces.BatchTraces;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Produces what the batch jobs inject, and the clock, which the HTTP API injects as well. */
@Dependent
public class JobBeans {
    private final Node node;

    @Inject
    JobBeans(StartedNode started) {
        this.node = started.node();
    }

    @Produces
    @Singleton
    InstantSource time() {
        return node.timeAndIds().time();
    }

    @Produces
    @Singleton
    IdGenerator ids() {
        return node.timeAndIds().ids();
    }

    @Produces
    @Singleton
    RunningBatches runningBatches() {
        return node.work().running();
    }

    @Produces
    @Singleton
    FileStore fileStore() {
        return node.backends().storage().store();
    }

    @Produces
    @Singleton
    ResultLogs resultLogs() {
        return node.backends().storage().logs();
    }

    @Produces
    @Singleton
    BatchCatalog batchCatalog() {
        return node.backends().catalogs().batches();
    }

    @Produces
    @Singleton
    FileCatalog fileCatalog() {
        return node.backends().catalogs().files();
    }

    @Produces
    @Singleton
    BatchLifecycle batchLifecycle() {
        return node.backends().catalogs().lifecycle();
    }

    @Produces
    @Singleton
    DispatchPlaces dispatchPlaces() {
        return node.work().places();
    }

    @Produces
    @Singleton
    JobEndObserver jobEndObserver() {
        return new BatchHandback(
                node.backends().catalogs().batches(),
                node.work().leaseReturns(),
                node.work().running(),
                node.backends().queueAndEvents().queue(),
                node.backends().queueAndEvents().events(),
                node.backends().storage().store(),
                new SpentBudgets(
                        node.backends().catalogs().steering(), node.work().running()));
    }

    @Produces
    @Singleton
    BatchTraces batchTraces() {
        return node.traces();
    }

    @Produces
    @Singleton
    DispatchConfig dispatchConfig() {
        return node.setup().configs().dispatch();
    }

    @Produces
    @Singleton
    JobThreads jobThreads() {
        return node.threads().jobs(node.setup().configs().jobs().threads());
    }

    @Produces
    @Singleton
    Offload offload() {
        return node.work().pods().offload();
    }

    @Produces
    @Singleton
    Planner planner() {
        return new Planner(
                node.backends().storage().store(),
                node.setup().configs().plan(),
                node.setup().configs().batches().endpoints()::contains,
                model -> node.backends().models().find(model).isPresent());
    }

    @Produces
    @Singleton
    PlanInputs planInputs() {
        return new PlanInputs(
                node.backends().storage().store(), node.setup().configs().plan(), new StreamDecompression());
    }

    @Produces
    @Singleton
    PartitionOpener partitionOpener() {
        return new PartitionOpener(
                node.backends().storage().store(),
                node.backends().storage().logs(),
                node.backends().models(),
                node.sending().chain().first(),
                node.sending().observer(),
                node.traces(),
                node.setup().configs().dispatch(),
                node.threads().tasks());
    }
}
