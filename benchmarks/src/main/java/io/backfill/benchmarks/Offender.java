package io.backfill.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A misbehaving tenant that {@code bench harm} runs alongside its victim. It has its own models, by name. */
interface Offender {
    /** The kind of resource that it attacks. {@code --offenders} accepts groups as well as names. */
    enum Group {
        MEMORY,
        BATCHES,
        REPLICAS,
        CLIENTS
    }

    String name();

    Group group();

    /** Returns additional environment variables of the gateway. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /**
     * Starts its model servers. Returns its models as lines of {@code models.yaml}: indented lines go below {@code models:}, all
     * others to the top level.
     */
    List<String> models(HarmScene scene) throws IOException;

    /** Starts the disturbance and returns when it is in progress. One that is {@link #isBrief} is started again before each run. */
    void begin(HarmScene scene) throws IOException;

    /** Returns whether the disturbance ends within one run, so that it must be started again for the next. */
    default boolean isBrief() {
        return false;
    }

    /** Returns how many lines of its own batches failed although they should not have; 0 if this cannot be judged. */
    default long lost(HarmScene scene) throws IOException {
        return 0;
    }
}
