package io.backfill.queue;

import java.util.function.Consumer;

/**
 * SPI: wake-ups between threads and nodes. Losing one costs a poll interval (at most 1 s), nothing else; so {@link #publish}
 * neither blocks for long nor throws.
 */
public interface BatchEvents {
    /** Tells every subscriber on every node, this one too. Call it after the commit it tells of. */
    void publish(Wakeup wakeup);

    /** Hears all later wake-ups, on a thread of the backend's; must return quickly. */
    void subscribe(Consumer<Wakeup> listener);
}
