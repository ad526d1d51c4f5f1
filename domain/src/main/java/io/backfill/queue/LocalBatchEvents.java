package io.backfill.queue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Wake-ups inside one process. Each listener hears each wake-up on the given executor, so a slow one delays no publisher. */
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
                // a lost wake-up is allowed, and nobody is left to wake
                return;
            }
        }
    }

    @Override
    public void subscribe(Consumer<Wakeup> listener) {
        listeners.add(listener);
    }
}
