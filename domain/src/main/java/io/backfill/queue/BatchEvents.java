package io.backfill.queue;

import java.util.function.Consumer;

/**
 * SPI for wake-ups between threads and nodes. A lost wake-up only costs a poll interval of at most 1 s, so {@link #publish}
 * neither blocks for long nor throws.
 */
public interface BatchEvents {
    /** Notifies every subscriber on every node, including this one. Must be called after the commit that it announces. */
    void publish(Wakeup wakeup);

    /** Registers a listener for all later wake-ups. It is called on a thread of the backend and must return quickly. */
    void subscribe(Consumer<Wakeup> listener);
}
