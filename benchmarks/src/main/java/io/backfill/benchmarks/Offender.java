package io.backfill.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A neighbour that {@code bench harm} runs beside its victim. Its models are its own, by name. */
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

    /** Starts its model servers and returns its models, as lines of {@code models.yaml} below {@code models:}, or beside it when
     * they are not indented. */
    List<String> models(HarmScene scene) throws IOException;

    /** Begins to do harm; returns when it is under way. One that is {@link #isBrief} begins again before each run. */
    void begin(HarmScene scene) throws IOException;

    /** Whether what it does is over within one run, so that it begins again for the next. */
    default boolean isBrief() {
        return false;
    }

    /** Lines of its own batches that failed although no fault of theirs made them fail; 0 where none may be judged. */
    default long lost(HarmScene scene) throws IOException {
        return 0;
    }
}
