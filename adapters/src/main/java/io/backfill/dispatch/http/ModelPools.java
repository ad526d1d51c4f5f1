package io.backfill.dispatch.http;

import io.backfill.models.Model;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * The pools of all models. A model whose configuration or files have changed gets a new pool; calls on the old pool run to their
 * end.
 */
final class ModelPools {
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, ModelPool> pools = new ConcurrentHashMap<>();

    ModelPools(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the pool for the given configuration of a model, or for the newest configuration requested so far if that is newer. A
     * call admitted before an edit must not undo the edit.
     *
     * @throws IOException if a file of the model cannot be used, with a message for operators
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

    /** Closes idle connections, removes pools of models that are no longer called, and reads changed key and certificate files. */
    synchronized void maintain() {
        for (ModelPool pool : pools.values()) {
            if (pool.closeOld()) {
                pools.remove(pool.model().name(), pool);
                pool.retire();
            } else if (pool.isOutdated()) {
                try {
                    put(ModelPool.open(pool.model(), pool.version(), nanoTime));
                } catch (IOException e) {
                    // a file is incomplete or missing: keep the old pool, and retry in the next pass
                }
            }
        }
    }

    synchronized void retireAll() {
        pools.values().forEach(ModelPool::retire);
        pools.clear();
    }
}
