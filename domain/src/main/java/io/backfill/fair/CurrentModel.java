package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.models.Model;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The current configuration of a model, with a version. Of two calls of one model, the one with the higher version was admitted
 * later, under the newer configuration.
 */
record CurrentModel(Model model, long version) {
    private static final AtomicLong VERSIONS = new AtomicLong();

    static CurrentModel first(Model model) {
        return new CurrentModel(model, VERSIONS.incrementAndGet());
    }

    /** Returns the state under the configuration {@code found}. The version stays if nothing was changed. */
    CurrentModel now(Model found) {
        if (found == model) {
            return this;
        }
        return found.equals(model) ? new CurrentModel(found, version) : first(found);
    }

    /** Returns the call under this configuration. */
    ModelRequest of(ModelRequest request) {
        return request.model() == model && request.modelVersion() == version
                ? request
                : request.withModel(model, version);
    }
}
