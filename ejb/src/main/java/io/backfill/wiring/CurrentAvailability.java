package io.backfill.wiring;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.replicas.FleetRegistry;
import io.backfill.run.ModelAvailability;

/** The availability of a model on this node, from the model directory and the outcomes of recent calls. */
record CurrentAvailability(ModelDirectory models, FleetRegistry fleets) implements ModelAvailability {
    /** Slots of a model that is no longer configured; its lines fail as fast as they are read. */
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
