package io.backfill.dispatch.http;

import io.backfill.models.Model;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/** The pool of each model. A model whose configuration or files changed gets a new one; calls on the old one run out. */
final class ModelPools {
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, ModelPool> pools = new ConcurrentHashMap<>();

    ModelPools(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * The pool for a model as it is configured in the argument, or as it is in the highest version that was asked for: a call that was
     * let through before an edit must not undo it.
     *
     * @throws IOException with a message for users when a file of the model cannot be used
     */
    ModelPool of(Model model, long version) throws IOException {
        ModelPool pool = pools.get(model.name());
        return pool != null && pool.serves(model, version) ? pool : replace(model, version);
    }

    private synchronized ModelPool replace(Model model, long version) throws IOException {
        ModelPool old = pools.get(model.name());
        if (old != null && old.serves(model, version)) {
            return old;
        }
        return put(ModelPool.open(model, version, nanoTime));
    }

    private ModelPool put(ModelPool pool) {
        ModelPool old = pools.put(pool.model().name(), pool);
        if (old != null) {
            old.retire();
        }
        return pool;
    }

    /** Closes idle connections, forgets models that are not called any more, and reads changed key and certificate files. */
    synchronized void maintain() {
        for (ModelPool pool : pools.values()) {
            if (pool.closeOld()) {
                pools.remove(pool.model().name(), pool);
                pool.retire();
            } else if (pool.isOutdated()) {
                try {
                    put(ModelPool.open(pool.model(), pool.version(), nanoTime));
                } catch (IOException e) {
                    // half-written or gone: what was read before still serves, and the next pass looks again
                }
            }
        }
    }

    synchronized void retireAll() {
        pools.values().forEach(ModelPool::retire);
        pools.clear();
    }
}
