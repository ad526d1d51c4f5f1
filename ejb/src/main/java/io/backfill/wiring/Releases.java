package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be released when the node ends or cannot start: last acquired, first released. A failure to release one thing does not
 * keep the others. Thread-safe.
 */
final class Releases {
    private final Deque<Runnable> held = new ArrayDeque<>();

    synchronized void add(Runnable release) {
        held.push(release);
    }

    /** Releases everything that was added since the last call. */
    synchronized void run() {
        while (!held.isEmpty()) {
            try {
                held.pop().run();
            } catch (RuntimeException e) {
                LOG.debugf(e, "not released: %s", e.getMessage());
            }
        }
    }
}
