package io.backfill.queue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Delivers wake-ups within one process. Each listener is called on the given executor, so a slow listener does not delay
 * publishers.
 */
public final class LocalBatchEvents implements BatchEvents {
    private final Executor executor;
    private final List<Consumer<Wakeup>> listeners = new CopyOnWriteArrayList<>();

    public LocalBatchEvents(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void publish(Wakeup wakeup) {
        for (Consumer<Wakeup> listener : listeners) {
            try {
                executor.execute(() -> listener.accept(wakeup));
            } catch (RejectedExecutionException shuttingDown) {
                // wake-ups may be lost, and at shutdown there are no listeners left to wake
                return;
            }
        }
    }

    @Override
    public void subscribe(Consumer<Wakeup> listener) {
        listeners.add(listener);
    }
}
