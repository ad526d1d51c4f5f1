package io.backfill.worker;

import io.backfill.dispatch.DispatchConfig;
import io.backfill.files.FileStore;
import io.backfill.run.PartitionOpener;
import io.backfill.run.RunningBatches;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;

/** Provides the beans that the artifacts of the chunk inject. The worker creates them, not the container. */
final class PodBeans implements Extension {
    private final FileStore store;
    private final RunningBatches running;
    private final PartitionOpener partitions;
    private final DispatchConfig config;

    PodBeans(FileStore store, RunningBatches running, PartitionOpener partitions, DispatchConfig config) {
        this.store = store;
        this.running = running;
        this.partitions = partitions;
        this.config = config;
    }

    void add(@Observes AfterBeanDiscovery beans) {
        add(beans, FileStore.class, store);
        add(beans, RunningBatches.class, running);
        add(beans, PartitionOpener.class, partitions);
        add(beans, DispatchConfig.class, config);
    }

    private static <T> void add(AfterBeanDiscovery beans, Class<T> type, T instance) {
        beans.<T>addBean().types(type).scope(Singleton.class).createWith(context -> instance);
    }
}
