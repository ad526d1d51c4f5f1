package io.backfill.job.runtime;

import jakarta.annotation.PreDestroy;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Records the partitions that ran, and waits for a gate. */
@Named
@Dependent
public class CountingBatchlet extends AbstractBatchlet {
    static final Queue<String> RAN = new ConcurrentLinkedQueue<>();
    static final AtomicInteger DESTROYED = new AtomicInteger();
    static volatile CountDownLatch gate = new CountDownLatch(0);

    @Inject
    @BatchProperty
    private String partition;

    @Override
    public String process() throws Exception {
        gate.await();
        RAN.add(partition);
        return "OK";
    }

    @PreDestroy
    void destroyed() {
        DESTROYED.incrementAndGet();
    }
}
