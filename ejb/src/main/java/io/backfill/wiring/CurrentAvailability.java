package io.backfill.wiring;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.replicas.Fleets;
import io.backfill.run.ModelAvailability;

/** What this node can do for a model, as the directory and the calls of the last minutes say. */
record CurrentAvailability(ModelDirectory models, Fleets fleets) implements ModelAvailability {
    /** Lines of a model that is not configured any more fail as fast as they are read. */
    private static final int UNKNOWN_MODEL = 8;

    @Override
    public int slots(String model) {
        return models.find(model).map(Model::maxInFlight).orElse(UNKNOWN_MODEL);
    }

    @Override
    public boolean usable(String model) {
        return fleets.answers(model);
    }
}
