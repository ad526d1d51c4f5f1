package io.backfill.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A neighbour that {@code bench harm} runs beside its victim. Used for one run. */
interface Offender {
    /** What sort of thing it attacks; {@code --offenders} takes these as well as names. */
    enum Group {
        MEMORY,
        BATCHES,
        REPLICAS,
        CLIENTS
    }

    String name();

    Group group();

    /** Further variables of the gateway's environment. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** Starts its model servers and returns its models, as lines of {@code models.yaml} below {@code models:}. */
    List<String> models(HarmScene scene) throws IOException;

    /** Begins to do harm; returns when it is under way. */
    void begin(HarmScene scene) throws IOException;

    /** Lines of its own batches that failed although no fault of theirs made them fail; 0 where none may be judged. */
    default long lost(HarmScene scene) throws IOException {
        return 0;
    }
}
